//! From a file on disk to UTF-8: counts what was read, unpacks gzip, translates the encoding; never holds the file.
//!
//! A byte that the declared encoding does not know becomes [`BAD_BYTE`], which no UTF-8 text contains. So a
//! damaged cell stays recognisable until the row that holds it is refused.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::MultiGzDecoder;

use super::{FileError, mapping::Encoding};

/// Stands in UTF-8 output where the input had bytes that are none of its encoding's characters.
pub(super) const BAD_BYTE: u8 = 0xFF;

const CHUNK_BYTES: usize = 64 * 1024;

/// How far the file on disk has been read, to draw a progress bar from any thread.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    /// The file's size in bytes, as it lies on disk.
    pub total: u64,
}

impl Progress {
    /// Bytes read so far, of [`Progress::total`].
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

struct Counted<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The text of a file as UTF-8, and how far it has been read.
pub(super) struct Utf8 {
    raw: Box<dyn Read + Send>,
    input: Vec<u8>,
    filled: usize,
    used: usize,
    ended: bool,
    translate: Translate,
}

enum Translate {
    Nothing,
    Utf16(Box<Decoder>),
    Windows1252,
}

impl Utf8 {
    /// Opens a file: gzip is recognised by its first bytes, the encoding by its mark or as the mapping says.
    pub(super) fn open(path: &Path, encoding: Encoding) -> Result<(Self, Progress), FileError> {
        let unreadable =
            |source| FileError::Unreadable { file: path.display().to_string(), source };
        let file = File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?;
        if size.is_dir() {
            return Err(unreadable(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a directory",
            )));
        }
        let progress = Progress { read: Arc::default(), total: size.len() };
        let mut counted = Counted {
            inner: BufReader::with_capacity(CHUNK_BYTES, file),
            progress: progress.clone(),
        };
        let magic = take_up_to(&mut counted, 4).map_err(unreadable)?;
        if magic.starts_with(b"PK\x03\x04") {
            return Err(FileError::Spreadsheet { file: path.display().to_string() });
        }
        let packed = magic.starts_with(&[0x1f, 0x8b]);
        let whole = io::Cursor::new(magic).chain(counted);
        let raw: Box<dyn Read + Send> = if packed {
            Box::new(BufReader::with_capacity(CHUNK_BYTES, MultiGzDecoder::new(whole)))
        } else {
            Box::new(whole)
        };
        Ok((Self::decode(raw, encoding).map_err(|fault| fault.of(path))?, progress))
    }

    fn decode(mut raw: Box<dyn Read + Send>, encoding: Encoding) -> Result<Self, OpenFault> {
        let start = take_up_to(&mut raw, 3).map_err(OpenFault::Io)?;
        let (mark, mark_bytes) = match start.as_slice() {
            [0xEF, 0xBB, 0xBF] => (Some(Encoding::Utf8), 3),
            [0xFF, 0xFE, ..] => (Some(Encoding::Utf16Le), 2),
            [0xFE, 0xFF, ..] => (Some(Encoding::Utf16Be), 2),
            _ => (None, 0),
        };
        let encoding = match (encoding, mark) {
            (Encoding::Auto | Encoding::Utf16, Some(mark))
                if encoding == Encoding::Auto || mark != Encoding::Utf8 =>
            {
                mark
            }
            (Encoding::Auto, _) => Encoding::Utf8,
            (Encoding::Utf16, None) => Encoding::Utf16Le,
            (said, Some(mark)) if mark != said => return Err(OpenFault::Mark { said, mark }),
            (said, _) => said,
        };
        let translate = match encoding {
            Encoding::Auto | Encoding::Utf8 => Translate::Nothing,
            Encoding::Utf16 | Encoding::Utf16Le => {
                Translate::Utf16(Box::new(UTF_16LE.new_decoder_without_bom_handling()))
            }
            Encoding::Utf16Be => {
                Translate::Utf16(Box::new(UTF_16BE.new_decoder_without_bom_handling()))
            }
            Encoding::Windows1252 => Translate::Windows1252,
        };
        let rest = start.get(mark_bytes..).unwrap_or_default();
        let mut input = vec![0; CHUNK_BYTES];
        input[..rest.len()].copy_from_slice(rest);
        Ok(Self { raw, input, filled: rest.len(), used: 0, ended: false, translate })
    }

    /// Appends the next piece of text; false at the end of the file.
    pub(super) fn append_to(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        if self.used == self.filled {
            if self.ended {
                return Ok(false);
            }
            self.used = 0;
            self.filled = self.raw.read(&mut self.input)?;
            self.ended = self.filled == 0;
        }
        let input = &self.input[self.used..self.filled];
        self.used = self.filled;
        match &mut self.translate {
            Translate::Nothing => text.extend_from_slice(input),
            Translate::Windows1252 => windows_1252(input, text),
            Translate::Utf16(decoder) => utf_16(decoder, input, self.ended, text),
        }
        Ok(!self.ended)
    }
}

enum OpenFault {
    Io(io::Error),
    Mark { said: Encoding, mark: Encoding },
}

impl OpenFault {
    fn of(self, path: &Path) -> FileError {
        let file = path.display().to_string();
        match self {
            Self::Io(source) if source.kind() == io::ErrorKind::UnexpectedEof => {
                FileError::CutBeforeHeader { file }
            }
            Self::Io(source) => FileError::Damaged { file, source },
            Self::Mark { said, mark } => {
                FileError::OtherEncoding { file, said: said.as_str(), mark: mark.as_str() }
            }
        }
    }
}

fn take_up_to(input: &mut impl Read, count: u64) -> io::Result<Vec<u8>> {
    let mut taken = Vec::new();
    input.take(count).read_to_end(&mut taken)?;
    Ok(taken)
}

fn windows_1252(input: &[u8], text: &mut Vec<u8>) {
    for piece in input.split_inclusive(|&byte| byte >= 0x80) {
        let (&last, plain) = match piece.split_last() {
            Some((last, plain)) if *last >= 0x80 => (last, plain),
            _ => {
                text.extend_from_slice(piece);
                continue;
            }
        };
        text.extend_from_slice(plain);
        // The Encoding Standard maps these five to control characters; Windows leaves them undefined.
        if matches!(last, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D) {
            text.push(BAD_BYTE);
        } else {
            let byte = [last];
            let (character, _) = WINDOWS_1252.decode_without_bom_handling(&byte);
            text.extend_from_slice(character.as_bytes());
        }
    }
}

fn utf_16(decoder: &mut Decoder, mut input: &[u8], last: bool, text: &mut Vec<u8>) {
    loop {
        let before = text.len();
        let room = decoder
            .max_utf8_buffer_length_without_replacement(input.len())
            .unwrap_or(input.len() * 3 + 8);
        text.resize(before + room, 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(input, &mut text[before..], last);
        text.truncate(before + written);
        input = &input[read..];
        match result {
            DecoderResult::Malformed(..) => text.push(BAD_BYTE),
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
        }
    }
}

//! Whole-system stories, told with the real binary as a user would tell them: its command line, its signals, its files.

mod history;
mod life;
mod processes;
mod start;
mod system;

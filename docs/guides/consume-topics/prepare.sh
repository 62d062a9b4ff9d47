#!/usr/bin/env bash
# Makes both examples ready to run, with code generated from the published schema: `prepare.sh [DIRECTORY]`.
#
#   DIRECTORY/python/bin/python     a Python that has what consumer.py imports
#   DIRECTORY/java/consumer.jar     for `java -jar`
#
# Without a DIRECTORY it is target/examples. Needs Python with venv, a JDK 17 or later, and Maven. What is made already
# is made again only if its sources have changed.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
schemas=$(cd -- "$here/../../../proto" && pwd)
readonly here schemas
# The one thing that a consumer takes from Schoolside.
readonly schema=schoolside/requests/v1/request_events.proto

made=${1:-$here/../../../target/examples}
mkdir -p -- "$made"
made=$(cd -- "$made" && pwd)
readonly made

# changed NAME FILE...: whether what is called so has not been made from just these files.
changed() {
  local stamp=$made/$1.made-from
  shift
  ! cksum -- "$@" | cmp --silent - "$stamp"
}

made_from() {
  local stamp=$made/$1.made-from
  shift
  cksum -- "$@" >"$stamp"
}

prepare_python() {
  local python=$made/python/bin/python packages
  rm -rf -- "$made/python" "$made/python.made-from"
  python3 -m venv "$made/python"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/python/requirements.txt"
  # Among the packages, where an import finds it.
  packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  "$python" -m grpc_tools.protoc --proto_path="$schemas" --python_out="$packages" "$schema"
}

prepare_java() {
  rm -rf -- "$made/java" "$made/java.made-from"
  mvn --batch-mode --quiet --file "$here/java/pom.xml" package "-Doutput=$made/java" "-Dschemas=$schemas"
}

sources=("$schemas/$schema" "$here/python/requirements.txt")
if changed python "${sources[@]}"; then
  prepare_python
  made_from python "${sources[@]}"
fi

sources=("$schemas/$schema" "$here/java/pom.xml")
while IFS= read -r file; do sources+=("$file"); done < <(find "$here/java/src" -type f | sort)
if changed java "${sources[@]}"; then
  prepare_java
  made_from java "${sources[@]}"
fi

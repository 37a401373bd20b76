#!/bin/bash
# Makes a container image of programs that are built, with nothing of a registry in it: Muster, a
# shell, the libraries that these need, and an app.
# usage: packaging/image.sh --rootfs DIRECTORY APPDIR   fills an empty directory, and prints the
#                                                      image's configuration as JSON
#        packaging/image.sh --archive FILE APPDIR       a docker-archive, by buildah
# options before APPDIR: --bin DIRECTORY of the programs (build/release/bin);
#        --with PROGRAM of this machine, and its libraries, may be repeated
# An app in a language that is more than one program is put on top of it by a Containerfile.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
bin=$here/../build/release/bin rootfs='' archive='' with=()
uid=10001

usage() {
  sed -n '2,/^set /{/^set /d;s/^# //p}' "$0"
}
while [ $# -gt 0 ]; do
  case $1 in
    --bin) bin=$2 ;;
    --rootfs) rootfs=$2 ;;
    --archive) archive=$(realpath "$2") ;;
    --with) with+=("$2") ;;
    -h | --help)
      usage
      exit
      ;;
    *) break ;;
  esac
  shift 2
done
if [ $# != 1 ] || [ -z "$rootfs$archive" ]; then
  usage >&2
  exit 2
fi
app=$(realpath "$1")
if [ ! -x "$bin/musterd" ]; then
  echo "image.sh: no musterd in $bin: scripts/build release, or --bin" >&2
  exit 1
fi

# The user has to own what is mounted at /state; everything else may be read-only.
configuration() {
  cat <<JSON
{
  "User": "$uid:$uid",
  "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "MUSTER_HOME=/state", "MUSTER_APP=app"],
  "Entrypoint": ["musterd", "--app", "app"],
  "Cmd": ["--format", "json", "/app"],
  "Healthcheck": {"Test": ["CMD", "ctl", "wait", "--timeout", "2"], "Interval": 10000000000},
  "Volumes": {"/state": {}},
  "WorkingDir": "/app",
  "StopSignal": "SIGTERM"
}
JSON
}

# The libraries stand where the loader of this machine looks for them.
put() {
  local from=$1 to=$2 library
  install -D -m 755 "$from" "$root$to"
  # A program that is static has none.
  for library in $(ldd "$from" 2>/dev/null | grep -oE '/[^ ]+' || true); do
    [ -e "$root$library" ] || install -D -m 755 "$(realpath "$library")" "$root$library"
  done
}

fill() {
  local name program
  for name in bin lib lib64; do
    mkdir -p "$root/usr/$name"
    ln -s "usr/$name" "$root/$name"
  done
  mkdir -p "$root"/{etc,proc,sys,dev,run,tmp,state,app}
  chmod 1777 "$root/tmp"
  chmod 700 "$root/state"
  echo "app:x:$uid:$uid::/state:/bin/sh" >"$root/etc/passwd"
  echo "app:x:$uid:" >"$root/etc/group"
  for name in musterd ctl; do put "$bin/$name" "/usr/local/bin/$name"; done
  for name in muster-exec muster-keeper; do put "$bin/$name" "/usr/local/libexec/muster/$name"; done
  strip "$root"/usr/local/bin/* "$root"/usr/local/libexec/muster/*
  put "$(realpath "$(command -v sh)")" /usr/bin/sh
  for program in "${with[@]}"; do
    program=$(command -v "$program")
    put "$(realpath "$program")" "/usr/bin/${program##*/}"
  done
  cp -R "$app/." "$root/app"
  [ "$(id -u)" != 0 ] || chown "$uid:$uid" "$root/state"
}

if [ -n "$rootfs" ]; then
  mkdir -p "$rootfs"
  root=$(realpath "$rootfs")
  [ -z "$(ls -A "$root")" ] || { echo "image.sh: $root is not empty" >&2; exit 1; }
  fill
  configuration
  exit
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
fill
store=$root.store
trap 'rm -rf "$root" "$store"' EXIT
layers() { buildah --storage-driver vfs --root "$store/root" --runroot "$store/run" "$@"; }
image=$(layers from --format docker scratch)
layers copy --quiet "$image" "$root" / >/dev/null
layers config --user "$uid:$uid" --workingdir /app --volume /state --stop-signal SIGTERM \
  --env PATH=/usr/local/bin:/usr/bin:/bin --env MUSTER_HOME=/state --env MUSTER_APP=app \
  --entrypoint '["musterd", "--app", "app"]' --cmd '--format json /app' \
  --healthcheck 'CMD ctl wait --timeout 2' --healthcheck-interval 10s "$image"
rm -f "$archive"
name=$(basename "$archive" .tar)
layers commit --quiet --format docker --timestamp 0 "$image" \
  "docker-archive:$archive:$name:latest" >/dev/null

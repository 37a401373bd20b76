// What both subscribers do with records: read them, put their lines together and print them.
import fs from "node:fs";
import path from "node:path";
import { decode } from "@msgpack/msgpack";

// 64-bit integers come as BigInt, smaller ones as Number. Record numbers fit a Number.
export function unpack(bytes) {
  const map = decode(bytes, { useBigInt64: true });
  for (const key of ["id", "seq", "prev", "line", "head"])
    if (typeof map[key] === "bigint") map[key] = Number(map[key]);
  if (map.gone) map.gone = map.gone.map(Number);
  return map;
}

// Section 1: nobody else may have made it, or what leads there.
export function isOurs(runtime) {
  const uid = process.getuid();
  const isOwn = (place) => {
    const found = fs.lstatSync(place, { throwIfNoEntry: false });
    return found?.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
  };
  let above = path.dirname(path.resolve(runtime));
  if (!isOwn(runtime) || !isOwn(above)) return false;
  while (above !== "/") {
    above = path.dirname(above);
    const { uid: owner, mode } = fs.statSync(above);
    const othersWrite = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
    if ((owner !== 0 && owner !== uid) || othersWrite) return false;
  }
  return true;
}

// Puts together the lines that were split because of their length (section 4).
export class Joiner {
  static limit = 4 << 20;
  held = new Map();

  lines(record) {
    const stream = `${record.launch} ${record.stream}`;
    const lines = [...record.lines];
    if (record.continues && this.held.has(stream)) {
      lines[0] = Buffer.concat([this.held.get(stream), lines[0]]);
      this.held.delete(stream);
    } else if (record.continues && lines[0].length === 0) {
      lines.shift(); // only the newline of what has been shown as it was
    }
    if (record.tail === "split" && lines.length && lines.at(-1).length < Joiner.limit)
      this.held.set(stream, lines.pop());
    return lines;
  }
}

function utc(time) {
  const microseconds = BigInt(time) / 1000n;
  const day = new Date(Number(microseconds / 1000n)).toISOString();
  return day.replace(/\.\d+Z$/, `.${String(microseconds % 1000000n).padStart(6, "0")}+00:00`);
}

export function runtimeDirectory(app) {
  const { MUSTER_HOME, XDG_RUNTIME_DIR } = process.env;
  const uid = process.getuid();
  if (MUSTER_HOME) return `${MUSTER_HOME}/run/${app}`;
  if (uid === 0) return `/run/muster/${app}`;
  const base = XDG_RUNTIME_DIR || `/run/user/${uid}`;
  return fs.existsSync(base) ? `${base}/muster/${app}` : `/tmp/muster-${uid}/${app}`;
}

// Prints a record as `ctl logs` would; waits while the reader does not read.
export async function show(record, joiner, numbers) {
  const isLog = record.kind === "log";
  const lines = !isLog ? [Buffer.from(record.text)]
    : numbers ? record.lines : joiner.lines(record);
  const head = `${utc(record.time)} ${isLog ? "app" : "muster"}[${record.process}]: `;
  const place = (i) => (numbers ? `${record.seq} ${record.line + i + 1} ` : "");
  const pieces = lines.flatMap((line, i) =>
    [Buffer.from(place(i) + head), line, Buffer.from("\n")]);
  if (!process.stdout.write(Buffer.concat(pieces)))
    await new Promise((resolve) => process.stdout.once("drain", resolve));
}

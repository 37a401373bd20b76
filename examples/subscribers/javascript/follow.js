#!/usr/bin/env node
// Prints every line of a running app, each exactly once, over one socket: a replay that follows.
// Written from section 7 of proto/PROTOCOL.md alone. follow() is the part to copy, the rest prints.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { encode } from "@msgpack/msgpack";
import * as zmq from "zeromq";
import { Joiner, isOurs, runtimeDirectory, show, unpack } from "./records.js";

const CREDIT = 16; // messages that may be under way to us
const SILENCE = 12_000; // milliseconds: a daemon that is there says something every 5 seconds

// Yields [reply, records] for ever: `head` and `journal` of the reply are where to go on. From
// another machine `keys` are the server's and the two halves of our own, as options of zeromq.
async function* follow(address, topics = [], head = 0, journal = "", keys = {}) {
  const control = new zmq.Dealer({ linger: 0, ...keys });
  let ended = resolvers();
  control.events.on("disconnect", () => ended.resolve()); // the daemon is being replaced
  control.connect(address);
  let number = 0;
  let coming = null; // a receive that is under way
  const send = (verb, fields = {}) =>
    control.send(encode({ id: number, verb, by: "follow@here", ...fields }));

  const next = async () => {
    coming ??= control.receive();
    const timer = new AbortController();
    const quiet = sleep(SILENCE, null, { signal: timer.signal }).catch(() => null);
    const frames = await Promise.race([coming, ended.promise, quiet]);
    timer.abort();
    if (frames) coming = null;
    return frames;
  };

  for (;;) {
    ended = resolvers();
    await send("cancel");
    number += 1;
    let used = 0;
    await send("replay", { follow: true, journal, topics, credit: CREDIT, from: head + 1 });
    for (let frames; (frames = await next());) {
      const reply = unpack(frames[0]);
      if (reply.id !== number) continue;
      if (reply.reply === "refused") {
        await sleep(500);
        break;
      }
      const records = [];
      for (let i = 1; i < frames.length; i += 2) records.push(unpack(frames[i + 1]));
      yield [reply, records];
      ({ head, journal } = reply);
      used += 1;
      if (used === CREDIT / 2) {
        await send("credit", { messages: used });
        used = 0;
      }
    }
  }
}

function resolvers() {
  const all = {};
  all.promise = new Promise((resolve) => { all.resolve = resolve; });
  return all;
}

// The text is `mk1`, 52 characters of five bits each, and two of a checksum.
function keyBytes(text) {
  let number = 0n;
  for (const digit of text.trim().slice(3, 55))
    number = (number << 5n) | BigInt("0123456789abcdefghjkmnpqrstvwxyz".indexOf(digit));
  return Buffer.from((number >> 4n).toString(16).padStart(64, "0"), "hex");
}

// The public half of a secret key of Curve25519, which Node takes in a wrapping of PKCS #8.
function publicHalf(secret) {
  const wrapping = Buffer.from("302e020100300506032b656e04220420", "hex");
  const key = crypto.createPrivateKey({
    key: Buffer.concat([wrapping, secret]), format: "der", type: "pkcs8" });
  return Buffer.from(crypto.createPublicKey(key).export({ format: "jwk" }).x, "base64url");
}

// As zeromq wants its keys: five digits for each four bytes.
function z85(bytes) {
  const digits =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  let text = "";
  for (let at = 0; at < bytes.length; at += 4)
    for (let power = 4; power >= 0; power -= 1)
      text += digits[Math.floor(bytes.readUInt32BE(at) / 85 ** power) % 85];
  return text;
}

function keysOf(server, file) {
  const secret = keyBytes(fs.readFileSync(file.replace(/^~/, process.env.HOME ?? "~"), "ascii"));
  return { curveServerKey: z85(keyBytes(server)), curveSecretKey: z85(secret),
    curvePublicKey: z85(publicHalf(secret)) };
}

const { values: options } = parseArgs({
  options: {
    app: { type: "string", short: "a", default: process.env.MUSTER_APP },
    from: { type: "string", default: "1" },
    topic: { type: "string", multiple: true, default: [] },
    numbers: { type: "boolean", default: false },
    remote: { type: "string" }, // HOST:PORT of another machine, without ssh
    server: { type: "string" }, // the key that `ctl key list` shows there
    "key-file": { type: "string", default: "~/.config/muster/key" }, // as `ctl key new` made it
  },
});
const runtime = runtimeDirectory(options.app ?? path.basename(process.cwd()));
if (!options.remote && !isOurs(runtime)) {
  console.error(`no daemon of yours runs in ${runtime}`);
  process.exit(1);
}
const address = options.remote ? `tcp://${options.remote}` : `ipc://${runtime}/control`;
const keys = options.remote ? keysOf(options.server, options["key-file"]) : {};
const joiner = new Joiner();
process.stdout.on("error", () => process.exit(0));
let known;
for await (const [reply, records] of
  follow(address, options.topic, Number(options.from) - 1, "", keys)) {
  if (known !== undefined && known !== reply.journal) console.error("the log has been begun anew");
  known = reply.journal;
  if (reply.gone)
    console.error(`records ${reply.gone.join(" to ")} are gone: ${reply.loss?.cause}`);
  for (const record of records) await show(record, joiner, options.numbers);
}

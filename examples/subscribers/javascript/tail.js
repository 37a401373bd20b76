#!/usr/bin/env node
// Prints every line of a running app, each exactly once: history from a number on, then live.
// Written from proto/PROTOCOL.md alone; "rule N" below is rule N of its section 7. Subscription is
// the part to copy, the rest prints.
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { encode } from "@msgpack/msgpack";
import * as zmq from "zeromq";
import { Joiner, isOurs, runtimeDirectory, show, unpack } from "./records.js";

const CREDIT = 16; // replay messages that may be under way to us
const TOPICS = 4000; // whose last record is remembered, before a replay makes that superfluous

// The frames of the next message, or nothing if none came in time.
async function receive(socket, milliseconds) {
  socket.receiveTimeout = Math.max(0, Math.ceil(milliseconds));
  try {
    return await socket.receive();
  } catch (error) {
    if (error.code === "EAGAIN") return null;
    throw error;
  }
}

class Subscription {
  // `lost(first, last, loss)` is told which records cannot be had any more; `anew()`, that the
  // numbers have begun anew.
  constructor(runtime, topics, lost, anew) {
    this.runtime = runtime;
    this.anew = anew;
    this.topics = topics.length ? topics : [""];
    this.lost = lost;
    this.everything = this.topics.includes("");
    const exactlyOne = this.topics.length === 1 && this.topics[0].split("/").length === 3;
    this.strictlyInOrder = this.everything || exactlyOne;
    this.forget();
    this.id = 0;
    this.bus = new zmq.Subscriber(); // rule 1: listen first
    this.bus.subscribe(...this.topics);
    this.bus.connect(`ipc://${runtime}/bus`);
    this.control = new zmq.Dealer({ linger: 0 });
    this.control.connect(`ipc://${runtime}/control`);
  }

  // Every record from `first` on, or from so many `lines` back, as [topic, record].
  async *records({ first, lines }) {
    if (first !== undefined) this.floor = first - 1;
    yield* this.replay(first !== undefined ? { from: first } : { lines });
    let quietSince = Date.now();
    let replayedAt = quietSince;
    let pause = 100; // our subscription may just have come too late
    for (;;) {
      let checkAt = quietSince + pause; // rule 5: it is quiet, or others hide a loss
      if (!this.strictlyInOrder) checkAt = Math.min(checkAt, replayedAt + 4000);
      const message = await receive(this.bus, checkAt - Date.now());
      if (message) {
        const topic = message[0].toString();
        const record = unpack(message[1]);
        const known = this.known(topic);
        if (record.seq <= known) { // rule 4: we have it
          if (Date.now() < checkAt) continue;
        } else if (this.everything ? record.seq === known + 1 : record.prev <= known) {
          this.note(topic, record.seq);
          yield [topic, record];
          quietSince = Date.now();
          pause = 1000;
          if (quietSince < checkAt && this.last.size < TOPICS) continue;
        }
      } else {
        pause = Math.min(Math.max(1000, 2 * pause), 4000);
        if (!(await this.daemonRuns())) return;
      }
      yield* this.replay(this.whatIsMissing());
      quietSince = replayedAt = Date.now();
    }
  }

  async *replay(request) {
    while (request) {
      this.id += 1;
      await this.send("replay", { topics: this.topics, credit: CREDIT, ...request });
      request = yield* this.readReplay(request);
    }
  }

  // Rules 2, 3, 6 and 7. Returns the request to go on with, if one is needed.
  async *readReplay(request) {
    let brought = false, used = 0, asked = false;
    for (let silent = 0; silent < 10;) {
      const frames = await receive(this.control, 1000);
      if (!frames) {
        silent += 1;
        asked = true;
        await this.send("credit", { messages: 0 });
        if (!(await this.daemonRuns())) throw new Error("the daemon has gone");
        continue;
      }
      const reply = unpack(frames[0]);
      if (reply.id !== this.id) continue;
      silent = 0;
      if (reply.reply === "refused") {
        if (!asked) throw new Error(reply.message);
        break;
      }
      if (this.isAnotherJournal(reply)) { // rule 7
        await this.send("cancel", {});
        return {};
      }
      if (reply.gone) {
        brought = true;
        this.lost(...reply.gone, reply.loss ?? {});
        this.floor = Math.max(this.floor, reply.gone[1]);
      }
      if (reply.reply === "replay_end") return this.onReplayEnd(reply);
      for (let i = 1; i < frames.length; i += 2) {
        const topic = frames[i].toString();
        const record = unpack(frames[i + 1]);
        brought = true;
        const isNew = record.seq > this.known(topic);
        this.seen = Math.max(this.seen, record.seq);
        this.floor = Math.max(this.floor, record.seq);
        if (isNew) yield [topic, record];
      }
      used += 1;
      if (used === CREDIT / 2) {
        await this.send("credit", { messages: used });
        used = 0;
        asked = true;
      }
    }
    return brought ? this.whatIsMissing() : request;
  }

  whatIsMissing() {
    return { from: this.floor + 1, have: Object.fromEntries(this.last) };
  }

  isAnotherJournal({ journal, head = this.seen }) {
    const known = this.journal;
    this.journal = journal ?? known;
    if ((this.journal === known || known === undefined) && head >= this.seen) return false;
    this.forget();
    this.anew();
    return true;
  }

  onReplayEnd({ head }) {
    this.seen = head;
    this.floor = Math.max(this.floor, head);
    for (const [topic, seq] of this.last) if (seq <= this.floor) this.last.delete(topic);
    return null;
  }

  forget() {
    this.floor = this.seen = 0;
    this.last = new Map();
  }

  known(topic) {
    return Math.max(this.floor, this.last.get(topic) ?? 0);
  }

  note(topic, seq) {
    this.seen = Math.max(this.seen, seq);
    if (this.strictlyInOrder) this.floor = seq;
    else this.last.set(topic, seq);
  }

  async send(verb, fields) {
    const by = `${os.userInfo().username}@${os.hostname()}`;
    await this.control.send(encode({ id: this.id, verb, by, ...fields }));
  }

  // Node has no flock, so we look whether someone listens, for a second: it may be coming back.
  async daemonRuns() {
    for (let attempt = 0; attempt < 10; ++attempt) {
      const listens = await new Promise((resolve) => {
        const probe = net.connect(`${this.runtime}/control`);
        probe.once("connect", () => { probe.destroy(); resolve(true); });
        probe.once("error", () => resolve(false));
      });
      if (listens) return true;
      await sleep(100);
    }
    return false;
  }
}

const { values: options } = parseArgs({
  options: {
    app: { type: "string", short: "a", default: process.env.MUSTER_APP },
    from: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
    lines: { type: "string", short: "n", default: "100" },
    topic: { type: "string", multiple: true, default: [] },
    numbers: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log("usage: tail.js [-a APP] [-n LINES | --from N] [--topic PREFIX]... [--numbers]");
  process.exit(0);
}
const runtime = runtimeDirectory(options.app ?? path.basename(process.cwd()));
if (!isOurs(runtime)) {
  console.error(`no daemon of yours runs in ${runtime}`);
  process.exit(1);
}
const subscription = new Subscription(
  runtime, options.topic,
  (first, last, { first_line = "?", last_line = "?", cause }) => console.error(
    `records ${first} to ${last} are gone (lines ${first_line} to ${last_line}): ${cause}`),
  () => console.error("the log has been begun anew"));
const joiner = new Joiner();
process.stdout.on("error", () => process.exit(0));
const start =
  options.from ? { first: Number(options.from) } : { lines: Number(options.lines) };

try {
  if (!(await subscription.daemonRuns())) throw new Error(`no daemon runs in ${runtime}`);
  for await (const [, record] of subscription.records(start)) {
    await show(record, joiner, options.numbers);
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
process.exit(0);

// See note_codec.h. There is a row per field.
#include "daemon/edge/store/note_codec.h"

#include "daemon/edge/store/describe_kept.h"
#include "proto/describe_record.h"

namespace muster::wire {

template <>
inline constexpr bool is_row<ProcessName> = true;
template <>
inline constexpr bool is_row<Identity> = true;
template <>
inline constexpr bool is_row<OneOffNote> = true;
template <>
inline constexpr bool is_row<ProcessNote> = true;
template <>
inline constexpr bool is_row<DaemonNote> = true;
template <>
inline constexpr bool is_row<TrialNote> = true;
template <>
inline constexpr bool is_row<EndedRun> = true;
template <>
inline constexpr bool is_row<UntoldCrash> = true;
template <>
inline constexpr bool is_row<EventRecord> = true;
template <>
inline constexpr std::span<const ProcessState> choices<ProcessState>{process_states};
template <>
inline constexpr std::span<const Wish> choices<Wish>{wishes};
template <>
inline constexpr std::span<const Turn> choices<Turn>{turns};
template <>
inline constexpr std::span<const LaunchProgress> choices<LaunchProgress>{launch_progresses};

template <class Fields, Is<ProcessName> M>
void describe(Fields& fields, M& name) {
  fields.must("type", name.type);
  fields.must("number", name.number);
}

template <class Fields, Is<Identity> M>
void describe(Fields& fields, M& identity) {
  fields.must("pid", identity.pid);
  fields.must("start", identity.start);
  fields.may("out", identity.out);
  fields.may("err", identity.err);
}

template <class Fields, Is<OneOffNote> M>
void describe(Fields& fields, M& one_off) {
  fields.may("type", one_off.type);
  fields.may("command", one_off.command);
  fields.may("argv", one_off.argv);
  fields.may("env", one_off.env);
  fields.may("isolated", one_off.isolated);
  fields.may("memory", one_off.limits.memory);
  fields.may("disk", one_off.limits.disk);
  fields.may("cpu", one_off.limits.cpu);
  fields.may("timeout", one_off.limits.timeout);
  fields.may("inside", one_off.inside);
  fields.may("attached", one_off.attached);
  fields.may("hung_up", one_off.hung_up);
  fields.may("ahead", one_off.ahead);
  fields.may("token", one_off.token);
  fields.may("terminal", one_off.terminal);
  fields.may("crash_of", one_off.crash_of);
  fields.may("input", one_off.input);
}

template <class Fields, Is<ProcessNote> M>
void describe(Fields& fields, M& note) {
  fields.must("name", note.name);
  fields.must("state", note.state);
  fields.must("wish", note.wish);
  fields.must("command", note.command);
  fields.may("launch", note.launch);
  fields.must("progress", note.progress);
  fields.may("identity", note.identity);
  fields.may("isolated", note.isolated);
  fields.may("port", note.port);
  fields.must("since", note.since.mono);
  fields.must("since_wall", note.since.wall);
  fields.may("deadline", note.deadline);
  fields.may("stop_signal", note.stopping.signal.number);
  fields.may("stop_tree", note.stopping.audience.whole_tree);
  fields.may("all_told", note.all_told);
  fields.may("grace", note.stopping.grace);
  fields.may("readiness", note.readiness);
  fields.may("turn", note.turn);
  fields.may("said_ready", note.said_ready);
  fields.may("said_status", note.said_status);
  fields.may("out_of_memory", note.out_of_memory);
  fields.may("patience", note.patience);
  fields.may("launches", note.launches);
  fields.may("crashes", note.crashes);
  fields.may("crashed_at", note.crashed_at);
  fields.may("last_exit", note.last_exit);
  fields.may("trouble", note.trouble);
  fields.may("one_off", note.one_off);
}

template <class Fields, Is<TrialNote> M>
void describe(Fields& fields, M& note) {
  fields.must("release", note.release);
  fields.must("back_to", note.back_to);
  fields.must("first_launch", note.first_launch);
  fields.may("formation", note.formation);
}

template <class Fields, Is<EndedRun> M>
void describe(Fields& fields, M& run) {
  fields.must("token", run.token);
  fields.must("status", run.status);
  fields.may("refusal", run.refusal);
  fields.must("since", run.since);
}

template <class Fields, Is<UntoldCrash> M>
void describe(Fields& fields, M& crash) {
  fields.must("count", crash.count);
  fields.must("report", crash.report);
}

template <class Fields, Is<DaemonNote> M>
void describe(Fields& fields, M& note) {
  fields.must("formation", note.formation);
  fields.must("next_launch", note.next_launch);
  fields.may("one_offs_named", note.one_offs_named);
  fields.may("ending", note.ending);
  fields.may("hurrying", note.hurrying);
  fields.may("release", note.release);
  fields.may("trial", note.trial);
  fields.may("due", note.due);
  fields.may("model", note.model);
  fields.may("put_by", note.put_by);
  fields.may("stopped_schedules", note.stopped_schedules);
  fields.may("failed_runs", note.failed_runs);
  fields.may("files_told", note.files_told);
  fields.may("ended_runs", note.ended_runs);
  fields.may("untold_crashes", note.untold_crashes);
  fields.may("exit_status", note.exit_status);
}

template <class Fields, Is<Note> M>
void describe(Fields& fields, M& note) {
  fields.must("daemon", note.daemon);
  fields.may("changed", note.changed);
  fields.may("erased", note.erased);
  fields.may("said", note.said);
  fields.must("after", note.after);
}

}  // namespace muster::wire

namespace muster {

void encode(const Note& note, std::vector<char>& out) {
  wire::Appender appender{out};
  wire::Packer packer(appender);
  wire::write_fields(packer, note);
}

Result<Note> decode_note(std::string_view bytes) {
  // Not from strangers: as large as it was written.
  constexpr size_t most_elements = SIZE_MAX;
  // The note, a list, a process, its one-off, its environment, a pair; with room for a newer one.
  constexpr size_t nesting = 16;
  try {
    msgpack::zone zone;
    const msgpack::object map = wire::unpack_map(bytes, most_elements, zone, nesting);
    Note note;
    wire::FieldReader reader{map};
    describe(reader, note);
    return note;
  } catch (const std::exception& problem) {
    return fail("{}", problem.what());
  }
}

}  // namespace muster

// The least that a log router can do, as a measure: reads the pipes of its children, puts time and
// name before each line, writes a file. No journal, no numbers, no subscribers, no recovery. Starts
// a child anew when it ends; at SIGTERM ends all of them and itself.
//   tag_loop FILE|- COUNT NAME COMMAND [COUNT NAME COMMAND]...    words of COMMAND at blanks
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_children = 4096, most_words = 32, piece = 64 << 10, head_bytes = 128 };

struct child {
  char name[64];
  char* argv[most_words + 1];
  int pipe[2];
  pid_t pid;
  size_t held;         // bytes of an unfinished line
  char in[2 * piece];  // that line, and what is read behind it
};

static struct child* children[most_children];
static int children_count, out_fd, ending;
static char out[4 * piece];
static size_t out_bytes;

static void flush(void) {
  for (size_t at = 0; at < out_bytes;) {
    ssize_t n = write(out_fd, out + at, out_bytes - at);
    if (n < 0 && errno != EINTR) exit(1);
    if (n > 0) at += (size_t)n;
  }
  out_bytes = 0;
}

static void start(struct child* c) {
  c->pid = vfork();
  if (c->pid != 0) return;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  dup2(c->pipe[1], 1);
  execvp(c->argv[0], c->argv);
  _exit(127);
}

static void add_child(const char* name, int number, const char* command) {
  struct child* c = calloc(1, sizeof *c);
  if (!c || children_count == most_children || pipe2(c->pipe, O_CLOEXEC) < 0) exit(1);
  snprintf(c->name, sizeof c->name, "%.40s.%d", name, number);
  int words = 0;
  for (char* word = strtok(strdup(command), " "); word && words < most_words;
       word = strtok(NULL, " "))
    c->argv[words++] = word;
  children[children_count++] = c;
}

static int make_head(char* head, const struct child* c) {
  struct timespec now;
  struct tm parts;
  char text[32];
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &parts);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return snprintf(head, head_bytes, "%s.%06ldZ %s: ", text, now.tv_nsec / 1000, c->name);
}

static void pump(struct child* c) {
  ssize_t n = read(c->pipe[0], c->in + c->held, piece);
  if (n <= 0) return;
  char head[head_bytes];
  size_t head_length = (size_t)make_head(head, c);
  char *line = c->in, *end = c->in + c->held + n, *newline;
  while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
    size_t length = (size_t)(newline + 1 - line);
    if (out_bytes + head_length + length > sizeof out) flush();
    memcpy(out + out_bytes, head, head_length);
    memcpy(out + out_bytes + head_length, line, length);
    out_bytes += head_length + length;
    line = newline + 1;
  }
  c->held = (size_t)(end - line);
  if (c->held >= piece) c->held = 0;  // the loads print no such lines
  memmove(c->in, line, c->held);
}

static void reap(void) {
  for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
    for (int i = 0; !ending && i < children_count; i++)
      if (children[i]->pid == pid) start(children[i]);
}

static void end(void) {
  ending = 1;
  for (int i = 0; i < children_count; i++) kill(children[i]->pid, SIGTERM);
  while (wait(NULL) > 0) continue;
  exit(0);
}

static void on_signal(int fd) {
  struct signalfd_siginfo info;
  while (read(fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD)
      reap();
    else
      end();
  }
}

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  out_fd =
      strcmp(argv[1], "-") == 0 ? 1 : open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out_fd < 0) return 1;
  for (int i = 2; i + 2 < argc; i += 3)
    for (int n = 1; n <= atoi(argv[i]); n++) add_child(argv[i + 1], n, argv[i + 2]);

  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGCHLD);
  sigaddset(&watched, SIGTERM);
  sigprocmask(SIG_BLOCK, &watched, NULL);
  int signals = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, signals, &event);
  for (int i = 0; i < children_count; i++) {
    event.data.ptr = children[i];
    epoll_ctl(poller, EPOLL_CTL_ADD, children[i]->pipe[0], &event);
    start(children[i]);
  }
  for (;;) {
    struct epoll_event ready[64];
    int n = epoll_wait(poller, ready, 64, -1);
    for (int i = 0; i < n; i++) {
      if (ready[i].data.ptr)
        pump(ready[i].data.ptr);
      else
        on_signal(signals);
    }
    flush();
  }
}

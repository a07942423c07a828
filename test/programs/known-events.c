// Does a known number of things, for scripts that count them: `known-events KIND COUNT [ARGUMENT]`. Its threads are called `jt-KIND`.
// Prints its process's number, waits for a line on standard input, does it, ends. Before that line it has done all that a program
// does at its start.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}
#define CHECK(call) ({ long result_ = (long)(call); if (result_ < 0) die(#call); result_; })

static int count;
static const char *argument;

static void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void pin(void) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  CHECK(sched_setaffinity(0, sizeof one, &one));
}

// More than a map of bpftrace holds keys (4096): a script that keeps one of each thread that ended has no room then.
#define ENDED_THREADS 4300

static void end_threads(void *(*run)(void *)) {
  pthread_t thread;
  for (int i = 0; i < ENDED_THREADS; i++) {
    if (pthread_create(&thread, NULL, run, NULL)) die("pthread_create");
    pthread_join(thread, NULL);
  }
}

static void *nothing(void *none) { return none; }

// --- files ---------------------------------------------------------------------------------------------------------------------

// Opens ARGUMENT count times, its name each time in a page that nobody has touched; then a file that there is not, once.
static void opens(void) {
  char name_file[] = "/tmp/jt-name-XXXXXX";
  int names = CHECK(mkstemp(name_file));
  CHECK(write(names, argument, strlen(argument) + 1));
  for (int i = 0; i < count; i++) {
    char *name = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, names, 0);
    close(CHECK(open(name, O_RDONLY)));
    munmap(name, 4096);
  }
  unlink(name_file);
  if (open("/nowhere/jt-opens", O_RDONLY) >= 0 || errno != ENOENT) die("open");
}

// Reads of 1, 2, 4, 8 … bytes in turn, then one that meets the end.
static void reads(void) {
  int file = CHECK(open("/dev/zero", O_RDONLY));
  char buffer[4096];
  for (int i = 0; i < count; i++)
    if (read(file, buffer, 1 << (i % 8)) != 1 << (i % 8)) die("read");
  file = CHECK(open("/dev/null", O_RDONLY));
  if (read(file, buffer, 100) != 0) die("read");
}

// One file, in the folder ARGUMENT (without it /tmp): created, written, read, renamed, removed; each count times.
static void file_life(void) {
  const char *folder = *argument == 0 ? "/tmp" : argument;
  char from[4096], to[4096], byte;
  snprintf(from, sizeof from, "%s/jt-vfs-a", folder);
  snprintf(to, sizeof to, "%s/jt-vfs-b", folder);
  for (int i = 0; i < count; i++) {
    struct stat stat;
    int file = CHECK(open(from, O_CREAT | O_RDWR, 0600));
    CHECK(write(file, "x", 1));
    CHECK(pread(file, &byte, 1, 0));
    CHECK(fsync(file));
    CHECK(fstat(file, &stat));
    CHECK(close(file));
    CHECK(rename(from, to));
    CHECK(unlink(to));
  }
}

// Synchronous writes past the page cache, 4096 bytes each, into a file that is there already.
static void direct_writes(void) {
  void *buffer;
  if (posix_memalign(&buffer, 4096, 4096)) die("posix_memalign");
  memset(buffer, 'x', 4096);
  int file = CHECK(open(argument, O_WRONLY | O_DIRECT));
  for (int i = 0; i < count; i++)
    if (pwrite(file, buffer, 4096, 4096L * i) != 4096) die("pwrite");
}

// Maps count times what ld.so would of the library ARGUMENT: all of it to read, then as code; and another file as code, once.
static void library_loads(void) {
  for (int i = 0; i < count; i++) {
    int file = CHECK(open(argument, O_RDONLY));
    if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED) die("mmap");
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED) die("mmap");
    close(file);
  }
  int other = CHECK(open("/proc/self/exe", O_RDONLY));
  if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, other, 0) == MAP_FAILED) die("mmap");
}

// --- memory --------------------------------------------------------------------------------------------------------------------

// Touches every second page of fresh memory (no page beside it comes along): writes; reads, then writes over the shared page of zeros; and runs code of
// a file, so far apart that no page beside it comes along.
static void faults(void) {
  size_t bytes = (size_t)count * 8192;
  char *fresh = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(fresh, bytes, MADV_NOHUGEPAGE);
  for (size_t at = 0; at < bytes; at += 8192) fresh[at] = 1;
  volatile char *zeros = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise((void *)zeros, bytes, MADV_NOHUGEPAGE);
  for (size_t at = 0; at < bytes; at += 8192) (void)zeros[at];
  for (size_t at = 0; at < bytes; at += 8192) zeros[at] = 1;
#ifdef __x86_64__
  size_t step = 32 * 4096;
  int code = CHECK(memfd_create("jt-code", 0));
  CHECK(ftruncate(code, step * count));
  for (int i = 0; i < count; i++) CHECK(pwrite(code, "\xc3", 1, step * i));
  char *functions = mmap(NULL, step * count, PROT_READ | PROT_EXEC, MAP_PRIVATE, code, 0);
  if (functions == MAP_FAILED) die("mmap");
  for (int i = 0; i < count; i++) ((void (*)(void))(functions + step * i))();
#endif
}

// Reads one byte of each page of a file that is not in the page cache, at random access: no read-ahead, no fault-around.
static void file_faults(void) {
  int file = CHECK(open(argument, O_RDONLY));
  CHECK(posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED));
  size_t bytes = (size_t)count * 4096 * 32;
  volatile char *mapped = mmap(NULL, bytes, PROT_READ, MAP_SHARED, file, 0);
  madvise((void *)mapped, bytes, MADV_RANDOM);
  for (size_t at = 0; at < bytes; at += 4096 * 32) (void)mapped[at];
}

// --- system calls and scheduling -------------------------------------------------------------------------------------------------

// Sleeps of 20 ms, and as many calls that take no time.
static void sleeps(void) {
  for (int i = 0; i < count; i++) {
    sleep_ms(20);
    if (getppid() < 0) die("getppid");
  }
}

static void *sleep_share(void *none) {
  for (int i = 0; i < count / 3; i++) sleep_ms(20);
  return none;
}

// Sleeps of three threads at once, after threads that ended: a place that the last of these left in a map is not enough for three.
static void sleeps_after_ends(void) {
  pthread_t threads[3];
  end_threads(nothing);
  for (int i = 0; i < 3; i++)
    if (pthread_create(&threads[i], NULL, sleep_share, NULL)) die("pthread_create");
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
}

static void *spin(void *none) {
  prctl(PR_SET_NAME, argument);
  for (;;) __asm__ volatile("");
  return none;
}

// Loses its only CPU count times to a thread that is called ARGUMENT, by the kernel's own count.
static void lose_cpu(void) {
  pthread_t thread;
  struct rusage usage;
  CHECK(getrusage(RUSAGE_THREAD, &usage));
  long enough = usage.ru_nivcsw + count;
  pthread_create(&thread, NULL, spin, NULL);
  while (usage.ru_nivcsw < enough) CHECK(getrusage(RUSAGE_THREAD, &usage));
}

static int ping[2], pong[2];

static void *answer(void *nothing) {
  char byte;
  prctl(PR_SET_NAME, argument);
  for (int i = 0; i < count; i++) {
    if (read(ping[0], &byte, 1) != 1) die("read");
    // The other one is asleep for certain.
    sleep_ms(5);
    if (write(pong[1], &byte, 1) != 1) die("write");
  }
  return nothing;
}

static void prepare_ping_pong(void) {
  pthread_t thread;
  pin();
  CHECK(pipe(ping));
  CHECK(pipe(pong));
  pthread_create(&thread, NULL, answer, NULL);
}

// Waits count times for an answer of a thread called ARGUMENT, on one CPU.
static void ping_pong(void) {
  char byte = 0;
  for (int i = 0; i < count; i++) {
    if (write(ping[1], &byte, 1) != 1) die("write");
    if (read(pong[0], &byte, 1) != 1) die("read");
  }
  // Not joined: that would be one more wait for it, or none.
}

// --- between processes -----------------------------------------------------------------------------------------------------------

static void on_signal(int number) { (void)number; }

// A connection of this process with itself, its ends: over IPv4, or as IPv6 sockets that have an IPv4 address, as Java's are.
static void own_connection(in_addr_t to, int family, int *client, int *accepted) {
  union {
    struct sockaddr_in four;
    struct sockaddr_in6 six;
  } address = {.four = {.sin_family = AF_INET, .sin_addr.s_addr = to}};
  if (family == AF_INET6) {
    address.six = (struct sockaddr_in6){.sin6_family = AF_INET6};
    address.six.sin6_addr.s6_addr32[2] = htonl(0xffff);
    address.six.sin6_addr.s6_addr32[3] = to;
  }
  socklen_t length = family == AF_INET6 ? sizeof address.six : sizeof address.four;
  int server = CHECK(socket(family, SOCK_STREAM, 0));
  CHECK(bind(server, (struct sockaddr *)&address, length));
  CHECK(getsockname(server, (struct sockaddr *)&address, &length));
  CHECK(listen(server, 1));
  *client = CHECK(socket(family, SOCK_STREAM, 0));
  CHECK(connect(*client, (struct sockaddr *)&address, length));
  *accepted = CHECK(accept(server, NULL, NULL));
}

// An IPv4 address of this machine that is not of its loopback device; that one's, if it has no other.
static in_addr_t own_address(void) {
  struct ifaddrs *all;
  CHECK(getifaddrs(&all));
  for (struct ifaddrs *one = all; one; one = one->ifa_next) {
    if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET) continue;
    in_addr_t address = ((struct sockaddr_in *)one->ifa_addr)->sin_addr.s_addr;
    if ((ntohl(address) >> 24) != 127) return address;
  }
  return htonl(INADDR_LOOPBACK);
}

// Each way once per round: 10 bytes there. Of connections of the machine with itself there are three.
static void ipc(void) {
  int pipe_ends[2], pair[2], master, slave;
  char bytes[16] = "0123456789", fifo[] = "/tmp/jt-fifo";
  int client[3], accepted[3];
  CHECK(pipe(pipe_ends));
  unlink(fifo);
  CHECK(mkfifo(fifo, 0600));
  int named = CHECK(open(fifo, O_RDWR));
  unlink(fifo);
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  own_connection(htonl(INADDR_LOOPBACK), AF_INET, &client[0], &accepted[0]);
  own_connection(htonl(INADDR_LOOPBACK), AF_INET6, &client[1], &accepted[1]);
  own_connection(own_address(), AF_INET, &client[2], &accepted[2]);
  struct termios raw;
  CHECK(openpty(&master, &slave, NULL, NULL, NULL));
  CHECK(tcgetattr(slave, &raw));
  cfmakeraw(&raw);
  CHECK(tcsetattr(slave, TCSANOW, &raw));
  signal(SIGUSR1, on_signal);
  for (int i = 0; i < count; i++) {
    if (write(pipe_ends[1], bytes, 10) != 10 || read(pipe_ends[0], bytes, 10) != 10) die("pipe");
    if (write(named, bytes, 10) != 10 || read(named, bytes, 10) != 10) die("fifo");
    if (send(pair[0], bytes, 10, 0) != 10 || read(pair[1], bytes, 10) != 10) die("unix");
    for (int k = 0; k < 3; k++)
      if (write(client[k], bytes, 10) != 10 || recv(accepted[k], bytes, 10, MSG_WAITALL) != 10) die("loopback");
    if (write(slave, bytes, 10) != 10) die("pty");
    for (int got = 0; got < 10;) got += CHECK(read(master, bytes, 10));
    kill(getpid(), SIGUSR1);
  }
}

// --- TCP -------------------------------------------------------------------------------------------------------------------------

// Connections to itself on port ARGUMENT: opened, a byte each way, closed by the client after 5 ms.
static void connections(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(atoi(argument))};
  int server = CHECK(socket(AF_INET, SOCK_STREAM, 0)), one = 1;
  CHECK(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
  CHECK(bind(server, (struct sockaddr *)&address, sizeof address));
  CHECK(listen(server, 8));
  for (int i = 0; i < count; i++) {
    char byte = 'x';
    int client = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    CHECK(connect(client, (struct sockaddr *)&address, sizeof address));
    int accepted = CHECK(accept(server, NULL, NULL));
    if (write(client, &byte, 1) != 1 || read(accepted, &byte, 1) != 1) die("there");
    if (write(accepted, &byte, 1) != 1 || read(client, &byte, 1) != 1) die("back");
    sleep_ms(5);
    CHECK(close(client));
    // Until the other end says that it is over.
    if (read(accepted, &byte, 1) != 0) die("end");
    CHECK(close(accepted));
  }
}

// Connections to port ARGUMENT, where nobody listens.
static void refused_connections(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(atoi(argument))};
  for (int i = 0; i < count; i++) {
    int client = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(client, (struct sockaddr *)&address, sizeof address) == 0 || errno != ECONNREFUSED) die("connect");
    CHECK(close(client));
  }
}

// Connections that are refused, then as many that are made.
static void refused_and_made(void) {
  refused_connections();
  connections();
}

// Datagrams of 10 bytes to a socket on port ARGUMENT, each read.
static void datagrams(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(atoi(argument))};
  char bytes[16] = "0123456789";
  int receiver = CHECK(socket(AF_INET, SOCK_DGRAM, 0)), sender = CHECK(socket(AF_INET, SOCK_DGRAM, 0));
  CHECK(bind(receiver, (struct sockaddr *)&address, sizeof address));
  CHECK(connect(sender, (struct sockaddr *)&address, sizeof address));
  for (int i = 0; i < count; i++) {
    if (send(sender, bytes, 10, 0) != 10 || recv(receiver, bytes, sizeof bytes, 0) != 10) die("datagram");
  }
}

// A server on port ARGUMENT whose queue is full: count clients, each of which repeats its SYN twice and gives up. That it was twice, the
// kernel's own account of the connection says.
static void unanswered(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(atoi(argument))};
  int server = CHECK(socket(AF_INET, SOCK_STREAM, 0)), one = 1;
  CHECK(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
  CHECK(bind(server, (struct sockaddr *)&address, sizeof address));
  CHECK(listen(server, 0));
  int first = CHECK(socket(AF_INET, SOCK_STREAM, 0));
  CHECK(connect(first, (struct sockaddr *)&address, sizeof address));
  for (int i = 0; i < count; i++) {
    if (fork() != 0) continue;
    int client = CHECK(socket(AF_INET, SOCK_STREAM, 0));
    CHECK(setsockopt(client, IPPROTO_TCP, TCP_SYNCNT, &one, sizeof one));
    if (connect(client, (struct sockaddr *)&address, sizeof address) == 0 || errno != ETIMEDOUT) die("connect");
    struct tcp_info info;
    socklen_t length = sizeof info;
    CHECK(getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &length));
    _exit(info.tcpi_retransmits == 2 ? 0 : 1);
  }
  for (int i = 0; i < count; i++) {
    int status;
    wait(&status);
    if (status != 0) exit(1);
  }
}

// --- processes -------------------------------------------------------------------------------------------------------------------

// A child per round that starts /bin/true with an argument in a page that nobody has touched; fork, so that the child has touched nothing of its constants.
static void hidden_execs(void) {
  char argument_file[] = "/tmp/jt-argument-XXXXXX";
  int arguments = CHECK(mkstemp(argument_file));
  CHECK(write(arguments, "jt-argument", sizeof "jt-argument"));
  for (int i = 0; i < count; i++) {
    pid_t child = CHECK(fork());
    if (child == 0) {
      execl("/bin/true", "jt-true", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, arguments, 0), NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
  }
  unlink(argument_file);
  // By execveat, once, the name in such a page, too.
  char name_file[] = "/tmp/jt-name-XXXXXX";
  int names = CHECK(mkstemp(name_file));
  CHECK(write(names, "/bin/true", sizeof "/bin/true"));
  pid_t child = CHECK(fork());
  if (child == 0) {
    char *name = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, names, 0), *arguments[] = {"jt-true", "jt-at", NULL};
    syscall(SYS_execveat, AT_FDCWD, name, arguments, environ, 0);
    _exit(1);
  }
  waitpid(child, NULL, 0);
  unlink(name_file);
  if (syscall(SYS_execveat, AT_FDCWD, "/nowhere/jt-exec", NULL, NULL, 0) >= 0 || errno != ENOENT) die("execveat");
  if (execl("/nowhere/jt-exec", "x", NULL) >= 0 || errno != ENOENT) die("execl");
}

// A function to stop at: called with 0, 1, 2 …, each call told by a byte of output.
__attribute__((noinline, noclone)) void jt_call(long number) { __asm__ volatile("" : : "r"(number) : "memory"); }
static void calls(void) {
  for (int i = 0; i < count; i++) {
    jt_call(i);
    if (write(1, ".", 1) != 1) die("write");
  }
}

// What a server of PostgreSQL calls when it is at work on a statement, and when it is idle.
__attribute__((noinline, noclone)) void pgstat_report_activity(long state, const char *text) { __asm__ volatile("" : : "r"(state), "r"(text) : "memory"); }

static void *unended_statement(void *none) {
  pgstat_report_activity(2, "jt-unended");
  return none;
}

// Statements, after as many as a map holds whose threads ended at work on them.
static void statements(void) {
  end_threads(unended_statement);
  for (int i = 0; i < count; i++) {
    pgstat_report_activity(2, "jt-statement");
    pgstat_report_activity(1, NULL);
  }
}

// Takes memory until it is killed.
static void eat(void) {
  for (;;) memset(malloc(1 << 20), 1, 1 << 20);
}

static const struct {
  const char *name;
  void (*run)(void);
  // Before anything is counted.
  void (*prepare)(void);
} KINDS[] = {
    {"opens", opens},   {"reads", reads},     {"vfs", file_life},    {"direct", direct_writes}, {"faults", faults}, {"file", file_faults},
    {"sleeps", sleeps}, {"ping", ping_pong, prepare_ping_pong}, {"ipc", ipc}, {"tcp", connections}, {"syn", unanswered},
    {"exec", hidden_execs}, {"eat", eat}, {"calls", calls}, {"load", library_loads}, {"tcp-all", refused_and_made},
    {"udp", datagrams}, {"ends", sleeps_after_ends}, {"lose", lose_cpu, pin}, {"sql", statements},
};

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  count = atoi(argv[2]);
  argument = argc > 3 ? argv[3] : "";
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
    if (strcmp(KINDS[i].name, argv[1]) != 0) continue;
    char name[16], line[16];
    snprintf(name, sizeof name, "jt-%s", argv[1]);
    prctl(PR_SET_NAME, name);
    if (KINDS[i].prepare) KINDS[i].prepare();
    printf("%d\n", getpid());
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) return 1;
    KINDS[i].run();
    return 0;
  }
  return 2;
}

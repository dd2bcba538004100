// SPDX-License-Identifier: ISC
// Every role under its own profile: each act that it must not do is refused, by an error or by its end, and the acts that it lives
// by still work. Prints TAP. Runs as root too: then it shows that root is gone.
#include "daemon/roles.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DONE	77 // the act succeeded
#define REFUSED 78

static int spare[2];	   // a socket pair that was there before
static int listener, file; // so were these; a connection waits at the first

static int open_read(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static int open_create(void)
{
	return open("/tmp/lacuna-forbidden", O_CREAT | O_WRONLY, 0600);
}

static int remove_file(void)
{
	return unlink("/tmp/lacuna-no-such-file") < 0 && errno == ENOENT ? 0 : -1; // reached the file system
}

// Also by the flag that fstat() of the C library sets: a path beside it is looked at all the same.
static int look_at_file(void)
{
	struct stat st;
	return fstatat(AT_FDCWD, "/etc/passwd", &st, AT_EMPTY_PATH);
}

static int look_by_name(void)
{
	struct stat st;
	return stat("/etc/passwd", &st);
}

static int new_process(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid;
}

static int execute(void)
{
	char name[] = "true", *arguments[] = {name, NULL};
	return execv("/bin/true", arguments);
}

static int raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static int unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int netlink_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0);
}

static int become_root(void)
{
	return (int)syscall(SYS_setresuid, 0, 0, 0);
}

static int listening(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = socket(AF_INET, SOCK_STREAM, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	return listen(s, 1);
}

static int trace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int kill_parent(void)
{
	return kill(getppid(), 0);
}

static int executable_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : 0;
}

static int mount_something(void)
{
	return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static int load_program(void)
{
	return (int)syscall(SYS_bpf, 0, NULL, 0) < 0 && errno == EINVAL ? 0 : -1;
}

static int new_namespace(void)
{
	return (int)syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */);
}

static int internet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int talk(void) // its channel
{
	return (int)send(spare[0], "x", 1, MSG_NOSIGNAL) == 1 && read(spare[1], &(char){0}, 1) == 1 ? 0 : -1;
}

static int talk_message(void)
{
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
	return sendmsg(spare[0], &m, MSG_NOSIGNAL) == 1 && recvmsg(spare[1], &m, 0) == 1 ? 0 : -1;
}

static int accept_one(void)
{
	int taken = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char byte;
	return taken >= 0 && recv(taken, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN ? 0 : -1;
}

static int wait_for_disk(void)
{
	return fdatasync(file);
}

static int memory_and_time(void)
{
	struct timespec t;
	char *p = malloc(1 << 20);
	bool fine = p && memset(p, 1, 1 << 20) && clock_gettime(CLOCK_BOOTTIME, &t) == 0;
	free(p);
	return fine ? 0 : -1;
}

static const struct act {
	const char *name;
	int (*run)(void);
	unsigned needs; // rights with which it is allowed
	bool always;
} acts[] = {
	{"open a file", open_read, 0, false},
	{"create a file", open_create, 0, false},
	{"remove a file", remove_file, 0, false},
	{"look at a file by its name", look_by_name, 0, false},
	{"the same with the flag of fstat", look_at_file, 0, false},
	{"fork", new_process, 0, false},
	{"execute", execute, 0, false},
	{"open a raw socket", raw_socket, 0, false},
	{"open a packet socket", packet_socket, 0, false},
	{"open a unix socket", unix_socket, 0, false},
	{"open a netlink socket", netlink_socket, 0, false},
	{"become root", become_root, 0, false},
	{"listen", listening, 0, false},
	{"ptrace", trace, 0, false},
	{"signal the parent", kill_parent, 0, false},
	{"map executable memory", executable_memory, 0, false},
	{"mount", mount_something, 0, false},
	{"load a BPF program", load_program, 0, false},
	{"make a namespace", new_namespace, 0, false},
	{"open an internet socket", internet_socket, SANDBOX_CONNECT, false},
	{"talk to the parent", talk_message, 0, true},
	{"send on a socket that it has", talk, SANDBOX_SEND | SANDBOX_CONNECT, false},
	{"take a connection", accept_one, SANDBOX_ACCEPT, false},
	{"wait for the disk", wait_for_disk, SANDBOX_SYNC, false},
	{"use memory and clocks", memory_and_time, 0, true},
};

// A connection that waits at the listener, and its end: taken or not, none waits afterwards.
static int connect_one(void)
{
	struct sockaddr_in at;
	socklen_t n = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0 || getsockname(listener, (struct sockaddr *)&at, &n) < 0 || connect(s, (struct sockaddr *)&at, n) < 0)
		return -1;
	return s;
}

static void disconnect(int caller)
{
	int left = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (left >= 0)
		close(left);
	if (caller >= 0)
		close(caller);
}

static int listen_somewhere(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return s >= 0 && bind(s, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(s, 4) == 0 ? s : -1;
}

// How the act ended under the profile: DONE, REFUSED, or the signal that ended it as a negative number; 0: no sandbox.
static int attempt(const struct sandbox_profile *p, const struct act *a)
{
	int status;
	fflush(stdout);
	int caller = connect_one();
	pid_t pid = fork();
	if (pid == 0) {
		struct sandbox_report r;
		int code = sandbox_enter(p, &r);
		if (code < 0 || !r.seccomp || !r.user) {
			fprintf(stderr, "# sandbox_enter: %d\n", code);
			_exit(1);
		}
		_exit(a->run() < 0 ? REFUSED : DONE);
	}
	bool ended = pid > 0 && waitpid(pid, &status, 0) == pid;
	disconnect(caller);
	if (!ended)
		return 0;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status) == 1 ? 0 : WEXITSTATUS(status);
}

// What the kernel says of a process under the profile.
static bool stripped(const struct sandbox_profile *p, char *ret_line, size_t size)
{
	static const char *const wanted[] = {"\nCapEff:\t0000000000000000\n", "\nCapPrm:\t0000000000000000\n",
					     "\nNoNewPrivs:\t1\n", "\nSeccomp:\t2\n"};
	char path[64], status[8192] = "", byte;
	int gate[2], status_of;
	if (pipe(gate) < 0)
		return false;
	pid_t pid = fork();
	if (pid == 0) {
		struct sandbox_report r;
		bool fine = sandbox_enter(p, &r) == 0 && write(gate[1], "x", 1) == 1;
		for (;;)
			(void)!poll(NULL, 0, fine ? 10000 : 0);
	}
	bool fine = read(gate[0], &byte, 1) == 1;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(status, 1, sizeof(status) - 1, f) : 0;
	status[n] = '\0';
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(status, wanted[i])) {
			snprintf(ret_line, size, "not found: %s", wanted[i] + 1);
			fine = false;
		}
	if (strstr(status, "\nUid:\t0\t") || !n) {
		snprintf(ret_line, size, "still root, or no status");
		fine = false;
	}
	if (f)
		fclose(f);
	kill(pid, SIGKILL);
	waitpid(pid, &status_of, 0);
	close(gate[0]);
	close(gate[1]);
	return fine;
}

int main(void)
{
	size_t number = 0, failed = 0;
	char line[160];
	if (!sandbox_available()) {
		puts("1..0 # SKIP a build with sanitizers cannot be sandboxed");
		return 0;
	}
	listener = listen_somewhere();
	FILE *written = tmpfile();
	file = written ? fileno(written) : -1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, spare) < 0 || listener < 0 || file < 0)
		return 1;
	for (size_t p = 0; p < role_profile_count; p++) {
		bool bare = stripped(&role_profiles[p], line, sizeof(line));
		failed += !bare;
		printf("%s %zu - %s has no privilege left\n%s%s", bare ? "ok" : "not ok", ++number,
		       role_profiles[p].role, bare ? "" : "# ", bare ? "" : line);
		for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
			const struct sandbox_profile *profile = &role_profiles[p];
			bool allowed = acts[i].always || profile->rights & acts[i].needs;
			int end = attempt(profile, &acts[i]);
			// A debug build names the call and ends with status 4.
			bool refused = end == REFUSED || end == -SIGSYS || end == 4;
			bool fine = allowed ? end == DONE : refused;
			failed += !fine;
			printf("%s %zu - %s %s: %s\n", fine ? "ok" : "not ok", ++number, profile->role,
			       allowed ? "may" : "may not", acts[i].name);
			if (!fine)
				printf("# ended with %d\n", end);
		}
	}
	printf("1..%zu\n", number);
	return failed ? 1 : 0;
}

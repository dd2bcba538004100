// SPDX-License-Identifier: ISC
// Order matters: the user goes first (it needs privileges), new privileges are refused next, then files, then calls. In debug
// builds a forbidden call is named before the process ends; in others it is killed at once.
#include "os/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

// Rights that newer kernels know and Debian 12's header does not (linux/landlock.h of 6.2 to 6.12).
#define LANDLOCK_TRUNCATE    (1ULL << 14) // ABI 3
#define LANDLOCK_IOCTL_DEV   (1ULL << 15) // ABI 5
#define LANDLOCK_BIND_TCP    (1ULL << 0)  // ABI 4
#define LANDLOCK_CONNECT_TCP (1ULL << 1)
#define LANDLOCK_SCOPES	     (3ULL) // ABI 6: abstract sockets and signals of others

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

// What every role needs: its memory, its channel, its descriptors, time, sleep, its end.
static const int sandbox_calls_all[] = {
	SCMP_SYS(read),		 SCMP_SYS(write),	    SCMP_SYS(close),	       SCMP_SYS(brk),
	SCMP_SYS(munmap),	 SCMP_SYS(mremap),	    SCMP_SYS(madvise),	       SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),    SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(poll),		 SCMP_SYS(ppoll),	    SCMP_SYS(epoll_wait),      SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),	 SCMP_SYS(epoll_ctl),	    SCMP_SYS(timerfd_settime), SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg),	 SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigreturn),    SCMP_SYS(getrandom),
	SCMP_SYS(exit),		 SCMP_SYS(exit_group),	    SCMP_SYS(rt_sigprocmask),  SCMP_SYS(rt_sigaction),
	SCMP_SYS(getpid),	 SCMP_SYS(gettid),	    SCMP_SYS(sysinfo),	       SCMP_SYS(pread64),
	SCMP_SYS(getrusage),	 SCMP_SYS(fstat),
};
static const int sandbox_calls_send[] = {
	SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(getsockopt),
};
static const int sandbox_calls_connect[] = {
	SCMP_SYS(connect),     SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),     SCMP_SYS(getsockname),
	SCMP_SYS(getpeername), SCMP_SYS(shutdown),   SCMP_SYS(timerfd_create), SCMP_SYS(bind),
	SCMP_SYS(sendto),      SCMP_SYS(recvfrom),   SCMP_SYS(sendmmsg),       SCMP_SYS(recvmmsg),
	SCMP_SYS(readv),       SCMP_SYS(writev),
};
static const int sandbox_calls_accept[] = {SCMP_SYS(accept4), SCMP_SYS(recvfrom)};
static const int sandbox_calls_sync[] = {SCMP_SYS(fdatasync)};
static const int sandbox_calls_ring[] = {SCMP_SYS(getsockopt)};

static const struct {
	unsigned right;
	const int *calls;
	size_t count;
} sandbox_groups[] = {
	{0, sandbox_calls_all, ARRAY_LEN(sandbox_calls_all)},
	{SANDBOX_SEND, sandbox_calls_send, ARRAY_LEN(sandbox_calls_send)},
	{SANDBOX_CONNECT, sandbox_calls_connect, ARRAY_LEN(sandbox_calls_connect)},
	{SANDBOX_ACCEPT, sandbox_calls_accept, ARRAY_LEN(sandbox_calls_accept)},
	{SANDBOX_SYNC, sandbox_calls_sync, ARRAY_LEN(sandbox_calls_sync)},
	{SANDBOX_RING, sandbox_calls_ring, ARRAY_LEN(sandbox_calls_ring)},
};

bool sandbox_available(void)
{
	return !SANITIZED;
}

static int sandbox_drop_user(struct sandbox_report *r)
{
	if (geteuid() == 0 || getuid() == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
		    setresuid(NOBODY, NOBODY, NOBODY) < 0)
			return -errno;
	}
	r->user = true;
	// Those that a file or systemd gave. Without CAP_SETPCAP the bounding set stays, and gives nothing any more.
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_apply(CAPNG_SELECT_CAPS) < 0)
		return -EPERM;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
		return -errno;
	return 0;
}

static int sandbox_drop_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(077);
	return 0;
}

static int sandbox_limit(const struct sandbox_profile *p)
{
	struct rlimit none = {0, 0}, files = {p->files, p->files};
	if (setrlimit(RLIMIT_CORE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0)
		return -errno;
	struct rlimit have;
	if (p->files && getrlimit(RLIMIT_NOFILE, &have) == 0) {
		files.rlim_max = have.rlim_max < files.rlim_max ? have.rlim_max : files.rlim_max;
		files.rlim_cur = files.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &files) < 0)
			return -errno;
	}
	return 0;
}

// No file may be opened, made or removed, and without the right no TCP bound or connected. (Who may connect may choose its own
// address, but never listen: that call is on no list.)
static int sandbox_close_files(const struct sandbox_profile *p, struct sandbox_report *r)
{
	struct {
		uint64_t files, network, scopes;
	} rules = {(1ULL << 13) - 1, 0, 0};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	r->landlock_abi = abi < 0 ? 0 : (int)abi;
	if (abi <= 0)
		return 0; // an old kernel: seccomp refuses open as well
	rules.files |= abi >= 2 ? 1ULL << 13 : 0;
	rules.files |= abi >= 3 ? LANDLOCK_TRUNCATE : 0;
	rules.files |= abi >= 5 ? LANDLOCK_IOCTL_DEV : 0;
	if (abi >= 4)
		rules.network = p->rights & SANDBOX_CONNECT ? 0 : LANDLOCK_BIND_TCP | LANDLOCK_CONNECT_TCP;
	rules.scopes = abi >= 6 ? LANDLOCK_SCOPES : 0;
	size_t size = abi >= 6 ? sizeof(rules) : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
	long set = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (set < 0)
		return -errno;
	int code = syscall(SYS_landlock_restrict_self, set, 0) < 0 ? -errno : 0;
	close((int)set);
	r->landlock = code == 0;
	return code;
}

#ifdef LACUNA_NAME_CALLS
// Debug builds: which call it was. Only write(2) is safe here, and it is allowed.
static void sandbox_forbidden(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	char text[] = "lacuna: a system call that this role must not make: number ....\n";
	unsigned number = (unsigned)info->si_syscall;
	for (size_t at = sizeof(text) - 3; text[at] == '.'; at--, number /= 10)
		text[at] = (char)('0' + number % 10);
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(4);
}
#endif

static uint32_t sandbox_refuse(void)
{
#ifdef LACUNA_NAME_CALLS
	struct sigaction a = {.sa_sigaction = sandbox_forbidden, .sa_flags = SA_SIGINFO};
	if (sigaction(SIGSYS, &a, NULL) == 0)
		return SCMP_ACT_TRAP;
#endif
	return SCMP_ACT_KILL_PROCESS;
}

// Internet sockets of the usual kinds only.
static int sandbox_allow_sockets(scmp_filter_ctx filter)
{
	static const unsigned families[] = {AF_INET, AF_INET6};
	static const unsigned types[] = {SOCK_STREAM, SOCK_DGRAM};
	for (size_t i = 0; i < ARRAY_LEN(families) * ARRAY_LEN(types); i++) {
		struct scmp_arg_cmp family = {0, SCMP_CMP_EQ, families[i / 2], 0};
		struct scmp_arg_cmp type = {1, SCMP_CMP_MASKED_EQ, 0xf, types[i % 2]};
		int code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, family, type);
		if (code < 0)
			return code;
	}
	return 0;
}

// New memory may never be executable.
static int sandbox_allow_memory(scmp_filter_ctx filter)
{
	struct scmp_arg_cmp plain = {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
	int code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, plain);
	return code < 0 ? code : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, plain);
}

static int sandbox_close_calls(const struct sandbox_profile *p, struct sandbox_report *r)
{
	scmp_filter_ctx filter = seccomp_init(sandbox_refuse());
	if (!filter)
		return -ENOMEM;
	int code = sandbox_allow_memory(filter);
	for (size_t g = 0; g < ARRAY_LEN(sandbox_groups) && code == 0; g++) {
		if (sandbox_groups[g].right && !(p->rights & sandbox_groups[g].right))
			continue;
		for (size_t i = 0; i < sandbox_groups[g].count && code == 0; i++)
			code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, sandbox_groups[g].calls[i], 0);
	}
	if (code == 0 && p->rights & SANDBOX_CONNECT)
		code = sandbox_allow_sockets(filter);
	if (code == 0)
		code = seccomp_load(filter);
	seccomp_release(filter);
	r->seccomp = code == 0;
	return code;
}

int sandbox_enter(const struct sandbox_profile *p, struct sandbox_report *ret)
{
	*ret = (struct sandbox_report){0};
	if (!sandbox_available())
		return 0;
	int code = sandbox_limit(p);
	if (code == 0)
		code = sandbox_drop_user(ret);
	if (code == 0)
		code = sandbox_drop_privileges();
	if (code == 0)
		code = sandbox_close_files(p, ret);
	return code == 0 ? sandbox_close_calls(p, ret) : code;
}

// SPDX-License-Identifier: ISC
// Does checks and prints each attempt as a line of JSON, for the tests in Python, then one line of counts. Lines of standard input:
// `OP ADDRESS [port=N] [name=X] [timeout=MS] [flags=N] [low=N] [high=N]`; all are begun at once. Options: --authorities FILE,
// --identity X, --contact X, --sealed (after opening only the system calls of check/README.md are left).
#include "fakes.h"

#include "base/err.h"
#include "base/json.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPECS_MAX 20000

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

static const char *const phases[PHASE_COUNT] = {"dns", "connect", "tls", "first_byte", "transfer"};
static struct check_spec specs[SPECS_MAX];
static char *names[SPECS_MAX];
static struct check_manner *manners[SPECS_MAX];
static unsigned low;
static char buffer[65536]; // of stdout, which would else ask for its size when sealed

static _Noreturn void die(const char *what, int status)
{
	fprintf(stderr, "ask: %s: %s\n", what, err_text(status));
	exit(2);
}

static void key_addr(struct json *j, const char *key, const struct addr *a)
{
	struct text t = {0};
	text_addr(&t, a);
	json_key(j, key);
	json_string(j, text_string(&t));
	text_free(&t);
}

static void key_int(struct json *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_int(j, value);
}

static void print_attempt(struct json *j, const struct attempt *a)
{
	json_open(j, '{');
	json_key(j, "op");
	json_string(j, probe_op_name(a->op));
	json_key(j, "failure");
	json_string(j, probe_failure_name(a->failure));
	key_addr(j, "target", &a->target);
	if (a->icmp_from.family)
		key_addr(j, "icmp_from", &a->icmp_from);
	key_int(j, "icmp_type", a->icmp_type);
	key_int(j, "icmp_code", a->icmp_code);
	key_int(j, "index", a->index);
	key_int(j, "number", a->number);
	key_int(j, "port", a->port);
	key_int(j, "status", a->status);
	key_int(j, "expires", a->expires);
	key_int(j, "rtt_us", a->rtt_ns == ATTEMPT_UNKNOWN ? -1 : a->rtt_ns / 1000);
	json_key(j, "local_error");
	json_string(j, a->local_error ? strerrorname_np(a->local_error) : "");
	json_key(j, "phases");
	json_open(j, '{');
	for (int i = 0; i < PHASE_COUNT; i++)
		if (a->phase_us[i] != ATTEMPT_UNKNOWN)
			key_int(j, phases[i], a->phase_us[i]);
	json_close(j, '}');
	json_close(j, '}');
}

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct text t = {0};
	(void)context;
	for (size_t i = 0; i < n; i++) {
		struct json j = {.out = &t};
		print_attempt(&j, &batch[i]);
		text_char(&t, '\n');
	}
	if (fwrite(t.bytes, 1, t.length, stdout) != t.length)
		exit(2);
	text_free(&t);
}

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static int op_of(const char *word)
{
	static const char *const words[PROBE_OP_COUNT] = {"ping", "tcp", "dns", "tls", "http", "smtp"};
	for (int i = 0; i < PROBE_OP_COUNT; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	die(word, -EINVAL);
}

// Statuses from low to high are fine.
static const struct check_manner *statuses(size_t index, unsigned from, unsigned to)
{
	struct check_manner *m = manners[index] = calloc(1, sizeof(*m));
	manner_init(&m->as);
	for (unsigned i = from; i <= to; i++)
		manner_status_add(&m->as, i);
	return m;
}

static void option(struct check_spec *s, size_t index, char *word)
{
	char *value = strchr(word, '=');
	if (!value)
		die(word, -EINVAL);
	*value++ = 0;
	if (strcmp(word, "port") == 0)
		s->port = (uint16_t)number(value);
	else if (strcmp(word, "timeout") == 0)
		s->timeout_ms = number(value);
	else if (strcmp(word, "flags") == 0)
		s->flags = (uint16_t)number(value);
	else if (strcmp(word, "low") == 0)
		low = number(value);
	else if (strcmp(word, "high") == 0)
		s->manner = statuses(index, low, number(value));
	else if (strcmp(word, "name") == 0)
		s->name = names[index] = strdup(value);
	else
		die(word, -EINVAL);
}

static void spec_read(struct check_spec *s, size_t index, char *line)
{
	static const char blanks[] = " \n";
	char *word, *rest = line;
	for (size_t i = 0; (word = strsep(&rest, blanks)); i++) {
		if (!*word)
			continue;
		if (i == 0)
			s->op = (uint8_t)op_of(word);
		else if (i == 1 && addr_parse(word, &s->address) < 0)
			die(word, -EINVAL);
		else if (i > 1)
			option(s, index, word);
	}
	s->index = (uint32_t)index;
	s->kind = GATE_NAMED;
}

#if !defined(SANITIZED)
static void name_call(int number, siginfo_t *info, void *context)
{
	char digits[] = "ask: system call 0000 is not on the list\n";
	(void)number;
	(void)context;
	for (int i = 20, n = info->si_syscall; i >= 17; i--, n /= 10)
		digits[i] = (char)('0' + n % 10);
	_exit(write(2, digits, sizeof(digits) - 1) > 0 ? 3 : 4);
}
#endif

// What the README of the room names, and writing and ending.
static void seal(void)
{
#if !defined(SANITIZED)
	const struct sigaction trap = {.sa_sigaction = name_call, .sa_flags = SA_SIGINFO};
	sigaction(SIGSYS, &trap, NULL);
	static const char *const calls[] = {
		"epoll_pwait2", "epoll_ctl", "timerfd_settime", "read",	    "socket",  "setsockopt",	"getsockopt",
		"getsockname",	"connect",   "sendto",		"recvfrom", "recvmsg", "close",		"getrandom",
		"brk",		"mmap",	     "munmap",		"mremap",   "madvise", "clock_gettime", "futex",
		"getpid",	"write",     "exit_group"};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	for (size_t i = 0; filter && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(calls[i]), 0) != 0)
			die(calls[i], -EINVAL);
	if (!filter || seccomp_load(filter) != 0)
		die("seccomp", -EINVAL);
	seccomp_release(filter);
#endif
}

static void run(struct check *c, size_t count, const struct gate *gate)
{
	struct check_counts counts;
	int64_t wait_ns;
	for (size_t i = 0; i < count; i++) {
		int status;
		while ((status = check_start(c, &specs[i], &wait_ns)) == 0)
			if (check_poll(c, wait_ns) < 0)
				die("poll", -EIO);
		if (status < 0)
			die("start", status);
	}
	while (check_pending(c))
		if (check_poll(c, NS_PER_S) < 0)
			die("poll", -EIO);
	check_counts(c, &counts);
	printf("{\"started\":%llu,\"finished\":%llu,\"local_faults\":%llu,\"syn_retransmitted\":%llu,"
	       "\"backed_off\":%u,\"relaxed\":%u}\n",
	       (unsigned long long)counts.started, (unsigned long long)counts.finished,
	       (unsigned long long)counts.local_faults, (unsigned long long)counts.syn_retransmitted, gate->backed_off,
	       gate->relaxed);
}

int main(int argc, char **argv)
{
	struct gate gate = {.answer = GATE_GO};
	struct check_options o = {.gate = &gate, .out = {take, NULL}, .version = "0.0"};
	struct check *c;
	bool sealed = false;
	char *line = NULL;
	size_t room = 0, count = 0;
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		if (strcmp(argv[i], "--sealed") == 0)
			sealed = true;
		else if (strcmp(argv[i], "--authorities") == 0 && ++i)
			o.authorities = value;
		else if (strcmp(argv[i], "--identity") == 0 && ++i)
			o.identity = value;
		else if (strcmp(argv[i], "--contact") == 0 && ++i)
			o.contact = value;
	}
	while (count < SPECS_MAX && getline(&line, &room, stdin) > 0) {
		spec_read(&specs[count], count, line);
		count++;
	}
	int status = check_open(&o, &c);
	if (status < 0)
		die("open", status);
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	if (sealed)
		seal();
	run(c, count, &gate);
	check_close(c);
	for (size_t i = 0; i < count; i++)
		free(names[i]), free(manners[i]);
	free(line);
	return fflush(stdout) ? 2 : 0;
}

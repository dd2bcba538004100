// SPDX-License-Identifier: ISC
// A listener that appends each router's bytes to a file of its own, with the arrival of every piece beside it. Reads nothing
// but the first header: who does not begin as BMP version 3 does (RFC 7854, 4.3: initiation first) gets no file.
// DOC:
// Memory: bytes stay in the socket until they are in the file (MSG_PEEK, write, then taken), so a sender can fill its own socket
// buffer and nothing else, and a full disk loses nothing: reading rests until there is room, and TCP slows the router down.
// Disk: written to the page cache here; a child of ours waits for fdatasync(), once a second for what changed, so a slow disk
// delays only the promise that bytes survive a power cut. Index lines are written after the bytes they speak of.
#include "cli/record_bmp.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/say.h"
#include "os/clock.h"
#include "os/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUTERS_MAX    64	       // sessions at once: more than the routers of a large exchange point
#define FILES_MAX      100000u	       // of one folder; a router that connects anew every second fills a day
#define READ_MAX       65536	       // bytes at once
#define READS_A_TURN   16	       // so that one flooding router does not stop the others
#define FIRST_WAIT_NS  (30 * NS_PER_S) // a session that has said nothing is closed
#define EVERY_NS       NS_PER_S
#define REFUSED_EVERY  10 // s between two words about refused connections
#define HEADER_BYTES   6
#define MESSAGE_MAX    (1u << 20) // bytes; no initiation is longer
#define BMP_VERSION    3
#define BMP_INITIATION 4
#define KEEPALIVE_S    60 // a router that died without a word is found out within two minutes

static const char help[] =
	"Usage: lacuna record bmp ADDR:PORT -o DIR [--collector NAME] [--for SECONDS] [--quiet]\n"
	"\n"
	"Listens on this address for routers that send BMP (RFC 7854) and keeps their bytes in DIR/bmp/NAME-N.bmp, one "
	"file a\n"
	"session, with the arrival of every piece beside it (.index). 'lacuna replay DIR' reads them. Anyone who "
	"reaches the\n"
	"address can send: listen where only your routers do. ADDR is 127.0.0.1, [::1], or an address of this "
	"machine.\n"
	"\n"
	"  -o, --output DIR      the recording folder; made when it is not there, gone on with when it is\n"
	"      --collector NAME  letters, digits and _; the collector's name in the recording (default: bmp)\n"
	"      --for SECONDS     stop after; otherwise at SIGINT or SIGTERM\n"
	"  -q, --quiet           say only what is wrong\n"
	"\n"
	"Exit status: 0 done; 1 done, but the disk was full for a time; 2 usage; 3 cannot listen or no folder; 4 own "
	"failure.\n";

struct router {
	struct station *station;
	int socket, bytes, index; // descriptors; index and bytes are -1 before the first header
	uint32_t number;	  // of its files
	uint64_t written, indexed, index_length;
	int64_t since_ns;
	bool changed, due; // written to; to be synced in this second
	char name[INET6_ADDRSTRLEN];
};

struct station {
	const char *collector, *dir;
	struct sockaddr_storage at;
	socklen_t at_length;
	double for_s;
	bool quiet, stopping, full, was_full;
	struct loop *loop;
	int listener, folder, signals, syncer; // syncer: our end of the pair to the child
	pid_t child;
	bool syncing, alone;	     // alone: the child is gone
	bool told;		     // that no file can be made; not again until one could
	uint32_t after[ROUTERS_MAX]; // files of sessions that ended, still to be synced
	size_t after_count;
	uint32_t next;
	uint64_t refused, refused_told, sessions;
	int64_t refused_ns;
	struct router routers[ROUTERS_MAX]; // socket -1: free
	uint8_t piece[READ_MAX];	    // peeked; borrowed between peek and write
};

// --- the child that waits for the disk

struct sync_order {
	uint32_t number;
};

static void file_name(char *out, size_t size, const char *collector, uint32_t number)
{
	snprintf(out, size, "%s-%u.bmp", collector, number);
}

static void sync_file(int folder, const char *name)
{
	int f = openat(folder, name, O_WRONLY | O_CLOEXEC);
	if (f < 0)
		return;
	(void)fdatasync(f);
	close(f);
}

static void sync_both(const struct station *s, uint32_t number)
{
	char name[128], index[sizeof(name) + 6];
	file_name(name, sizeof(name), s->collector, number);
	snprintf(index, sizeof(index), "%s.index", name);
	sync_file(s->folder, name);
	sync_file(s->folder, index);
}

// One order, one answer, until the other end closes.
static void sync_serve(const struct station *s, int pipe)
{
	struct sync_order o;
	while (recv(pipe, &o, sizeof(o), 0) == (ssize_t)sizeof(o)) {
		sync_both(s, o.number);
		if (send(pipe, &o, sizeof(o), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

static int sync_start(struct station *s)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	s->child = fork();
	if (s->child == 0) {
		close(pair[0]);
		sync_serve(s, pair[1]);
	}
	close(pair[1]);
	s->syncer = pair[0];
	return s->child < 0 ? -EAGAIN : 0;
}

static void sync_order(struct station *s, uint32_t number)
{
	struct sync_order o = {number};
	if (s->alone)
		sync_both(s, number);
	else
		s->syncing = send(s->syncer, &o, sizeof(o), MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

// Gives the child the next file that changed, if it waits for one.
static void sync_next(struct station *s)
{
	if (s->after_count && !s->syncing)
		sync_order(s, s->after[--s->after_count]);
	for (size_t i = 0; i < ROUTERS_MAX && !s->syncing; i++) {
		struct router *r = &s->routers[i];
		if (r->socket < 0 || r->bytes < 0 || !r->due)
			continue;
		r->due = false;
		sync_order(s, r->number);
	}
}

static void on_synced(void *context, uint32_t events)
{
	struct station *s = context;
	struct sync_order o;
	(void)events;
	s->syncing = false;
	if (recv(s->syncer, &o, sizeof(o), MSG_DONTWAIT) != (ssize_t)sizeof(o)) {
		s->alone = true;
		loop_unwatch(s->loop, s->syncer);
	} else {
		sync_next(s); // what else changed
	}
}

// --- one router

static void router_close(struct router *r, const char *why)
{
	struct station *s = r->station;
	if (r->socket < 0)
		return;
	loop_unwatch(s->loop, r->socket);
	close(r->socket);
	r->socket = -1;
	if (r->bytes < 0) {
		s->refused++;
		return;
	}
	if (!s->quiet)
		say_line("lacuna record bmp: %s: %s after %llu bytes (%s-%u.bmp)", r->name, why,
			 (unsigned long long)r->written, s->collector, r->number);
	close(r->bytes);
	close(r->index);
	r->bytes = r->index = -1;
	if (s->after_count == ROUTERS_MAX) // more ends than the disk keeps up with: now it must
		sync_both(s, s->after[--s->after_count]);
	s->after[s->after_count++] = r->number;
}

static int files_open(struct router *r)
{
	struct station *s = r->station;
	char name[128], index[sizeof(name) + 6];
	for (; s->next < FILES_MAX; s->next++) {
		file_name(name, sizeof(name), s->collector, s->next);
		snprintf(index, sizeof(index), "%s.index", name);
		r->bytes = openat(s->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
		if (r->bytes < 0 && errno == EEXIST)
			continue;
		if (r->bytes < 0)
			return -errno;
		r->index = openat(s->folder, index, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
		if (r->index < 0) {
			int error = -errno;
			close(r->bytes);
			r->bytes = -1;
			(void)unlinkat(s->folder, name, 0);
			return error;
		}
		r->number = s->next++;
		s->told = false;
		return 0;
	}
	return ERR_FULL;
}

// 1: begins as BMP does; 0: too few bytes yet; ERR_MALFORMED.
static int header_check(const uint8_t *b, size_t n)
{
	if (n && b[0] != BMP_VERSION)
		return ERR_MALFORMED;
	if (n < HEADER_BYTES)
		return 0;
	uint32_t length = (uint32_t)b[1] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 8 | b[4];
	return b[5] == BMP_INITIATION && length >= HEADER_BYTES && length <= MESSAGE_MAX ? 1 : ERR_MALFORMED;
}

// Says once that the disk is full; reading rests until the next second.
static void disk_full(struct router *r, int error)
{
	struct station *s = r->station;
	if (!s->full) // once, until something fits again
		say_line("lacuna record bmp: %s: %s; the routers wait", s->dir, err_text(error));
	s->full = s->was_full = true;
	loop_unwatch(s->loop, r->socket);
}

// The line for what has been written since the last one. When it does not fit, the next one speaks of these bytes too.
static void index_write(struct router *r)
{
	struct text line = {0};
	struct json j = {.out = &line};
	json_open(&j, '{');
	json_key(&j, "t");
	json_instant(&j, clock_utc(), 6);
	json_key(&j, "off");
	json_int(&j, (int64_t)r->indexed);
	json_key(&j, "len");
	json_int(&j, (int64_t)(r->written - r->indexed));
	json_close(&j, '}');
	text_char(&line, '\n');
	ssize_t n = write(r->index, line.bytes, line.length);
	if (n == (ssize_t)line.length) {
		r->indexed = r->written;
		r->index_length += line.length;
	} else if (n > 0 && ftruncate(r->index, (off_t)r->index_length) < 0) {
		router_close(r, "its index cannot be written");
	}
	text_free(&line);
}

// Bytes are taken from the socket only once they are in the file. False: nothing more for now.
static bool router_read(struct router *r)
{
	struct station *s = r->station;
	ssize_t n = recv(r->socket, s->piece, READ_MAX, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		router_close(r, n ? "connection lost" : "closed by the router");
		return false;
	}
	int begins = r->bytes < 0 ? header_check(s->piece, (size_t)n) : 1;
	int error = begins == 1 && r->bytes < 0 ? files_open(r) : 0;
	if (begins < 0 || error) {
		if (error && !s->told)
			say_line("lacuna record bmp: %s: no file for another router: %s", s->dir, err_text(error));
		s->told |= error != 0;
		router_close(r, "refused");
		return false;
	}
	if (begins == 0)
		return false;
	ssize_t kept = write(r->bytes, s->piece, (size_t)n);
	if (kept <= 0) {
		disk_full(r, kept < 0 ? -errno : -ENOSPC);
		return false;
	}
	(void)recv(r->socket, NULL, (size_t)kept, MSG_TRUNC | MSG_DONTWAIT);
	r->written += (uint64_t)kept;
	s->full = false;
	r->changed = true;
	index_write(r);
	return r->socket >= 0 && n == READ_MAX;
}

static void on_bytes(void *context, uint32_t events)
{
	struct router *r = context;
	(void)events;
	for (int i = 0; i < READS_A_TURN && router_read(r); i++)
		;
}

static int router_watch(struct router *r)
{
	// Edge-triggered until the first header is whole: peeking at three bytes again and again would spin.
	uint32_t edge = r->bytes < 0 ? (uint32_t)EPOLLET : 0;
	return loop_watch(r->station->loop, r->socket, EPOLLIN | edge, (struct loop_handler){on_bytes, r});
}

// --- all of them

// A free place; else that of who has said nothing for the longest time, so that silent connections keep no router out.
static struct router *router_place(struct station *s)
{
	struct router *silent = NULL;
	for (size_t i = 0; i < ROUTERS_MAX; i++) {
		struct router *r = &s->routers[i];
		if (r->socket < 0)
			return r;
		if (r->bytes < 0 && (!silent || r->since_ns < silent->since_ns))
			silent = r;
	}
	if (silent)
		router_close(silent, "said nothing");
	return silent;
}

static void address_text(const struct sockaddr_storage *a, char *out)
{
	const void *bytes = a->ss_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr
						     : (const void *)&((const struct sockaddr_in *)a)->sin_addr;
	if (!inet_ntop(a->ss_family, bytes, out, INET6_ADDRSTRLEN))
		out[0] = 0;
}

static void router_begin(struct router *r, struct station *s, int socket)
{
	int on = 1, idle = KEEPALIVE_S, between = KEEPALIVE_S / 4, probes = 4;
	*r = (struct router){.station = s, .socket = socket, .bytes = -1, .index = -1, .since_ns = clock_boot_ns()};
	(void)setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof(between));
	(void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

static void on_connection(void *context, uint32_t events)
{
	struct station *s = context;
	(void)events;
	for (int i = 0; i < READS_A_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t n = sizeof(from);
		int socket = accept4(s->listener, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (socket < 0)
			return;
		struct router *r = router_place(s);
		if (!r) {
			close(socket);
			s->refused++;
			continue;
		}
		router_begin(r, s, socket);
		address_text(&from, r->name);
		s->sessions++;
		if (router_watch(r) < 0)
			router_close(r, "cannot be watched");
	}
}

static void refused_tell(struct station *s, int64_t now)
{
	if (s->refused == s->refused_told || now - s->refused_ns < REFUSED_EVERY * NS_PER_S)
		return;
	say_line("lacuna record bmp: %llu connections refused: no BMP, nothing said in 30 s, or more than %d at once",
		 (unsigned long long)(s->refused - s->refused_told), ROUTERS_MAX);
	s->refused_told = s->refused;
	s->refused_ns = now;
}

static void on_second(void *context, uint32_t events)
{
	struct station *s = context;
	int64_t now = clock_boot_ns();
	bool rested = s->full;
	(void)events;
	for (size_t i = 0; i < ROUTERS_MAX; i++) {
		struct router *r = &s->routers[i];
		if (r->socket >= 0 && r->bytes < 0 && now - r->since_ns > FIRST_WAIT_NS)
			router_close(r, "said nothing");
		else if (r->socket >= 0 && (rested || r->bytes >= 0) && router_watch(r) < 0)
			router_close(r, "cannot be watched");
		if (r->socket >= 0 && r->indexed < r->written)
			index_write(r);
		r->due |= r->changed;
		r->changed = false;
	}
	sync_next(s);
	refused_tell(s, now);
	(void)loop_at(s->loop, now + EVERY_NS, (struct loop_handler){on_second, s});
}

static void on_stop(void *context, uint32_t events)
{
	struct station *s = context;
	(void)events;
	s->stopping = true;
}

// --- beginning and end

static int listener_open(struct station *s)
{
	int on = 1;
	s->listener = socket(s->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->listener < 0)
		return -errno;
	(void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (s->at.ss_family == AF_INET6)
		(void)setsockopt(s->listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(s->listener, (struct sockaddr *)&s->at, s->at_length) < 0 || listen(s->listener, ROUTERS_MAX) < 0)
		return -errno;
	return 0;
}

static int folder_open(struct station *s)
{
	if (mkdir(s->dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	int dir = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	int error = mkdirat(dir, "bmp", 0755) < 0 && errno != EEXIST ? -errno : 0;
	s->folder = error ? -1 : openat(dir, "bmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = error || s->folder >= 0 ? error : -errno;
	close(dir);
	return error;
}

static int signals_open(struct station *s)
{
	sigset_t stop;
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &stop, NULL) < 0)
		return -errno;
	s->signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? -errno : 0;
}

static int station_watch(struct station *s)
{
	int error;
	s->loop = loop_create();
	if (!s->loop)
		return -errno;
	if ((error = loop_watch(s->loop, s->listener, EPOLLIN, (struct loop_handler){on_connection, s})) < 0 ||
	    (error = loop_watch(s->loop, s->signals, EPOLLIN, (struct loop_handler){on_stop, s})) < 0 ||
	    (error = loop_watch(s->loop, s->syncer, EPOLLIN, (struct loop_handler){on_synced, s})) < 0)
		return error;
	(void)loop_at(s->loop, clock_boot_ns() + EVERY_NS, (struct loop_handler){on_second, s});
	if (s->for_s > 0)
		(void)loop_at(s->loop, clock_boot_ns() + (int64_t)(s->for_s * 1e9), (struct loop_handler){on_stop, s});
	return 0;
}

static void station_close(struct station *s)
{
	for (size_t i = 0; i < ROUTERS_MAX && s->loop; i++)
		router_close(&s->routers[i], "we stop");
	while (s->after_count)
		sync_both(s, s->after[--s->after_count]);
	int *const all[] = {&s->listener, &s->folder, &s->signals, &s->syncer};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (*all[i] >= 0)
			close(*all[i]);
	if (s->child > 0)
		(void)waitpid(s->child, NULL, 0); // its pair is closed: it ends
	loop_free(s->loop);
}

static int station_run(struct station *s)
{
	int error, status = 3;
	if ((error = folder_open(s)) < 0) {
		say_line("lacuna record bmp: %s: %s", s->dir, err_text(error));
		return status;
	}
	if ((error = listener_open(s)) < 0) {
		say_line("lacuna record bmp: cannot listen: %s", err_text(error));
		goto out;
	}
	status = 4;
	// The signals are blocked before the child is made: it ends with its pair, not with ours.
	if ((error = signals_open(s)) < 0 || (error = sync_start(s)) < 0 || (error = station_watch(s)) < 0)
		goto out;
	if (!s->quiet)
		say_line("lacuna record bmp: listening");
	while (!s->stopping && error >= 0)
		error = loop_step(s->loop, -1);
	status = error < 0 ? 4 : s->was_full ? 1 : 0;
out:
	if (status == 4)
		say_line("lacuna record bmp: %s", err_text(error));
	station_close(s);
	return status;
}

// --- words

static bool number_parse(const char *word, double low, double high, double *ret_value)
{
	char *end;
	errno = 0;
	double v = strtod(word, &end);
	if (end == word || *end || errno || !(v >= low && v <= high))
		return false;
	*ret_value = v;
	return true;
}

// "192.0.2.1:1790", "[2001:db8::1]:1790"
static bool address_parse(struct station *s, const char *word)
{
	char host[INET6_ADDRSTRLEN];
	double port;
	const char *colon = strrchr(word, ':');
	size_t n = colon ? (size_t)(colon - word) : 0;
	bool six = n > 2 && word[0] == '[' && word[n - 1] == ']';
	if (!colon || !number_parse(colon + 1, 1, 65535, &port) || port != (double)(uint16_t)port)
		return false;
	n -= six ? 2 : 0;
	if (!n || n >= sizeof(host))
		return false;
	memcpy(host, word + six, n);
	host[n] = 0;
	struct sockaddr_in *four = (struct sockaddr_in *)&s->at;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&s->at;
	if (six)
		*v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	else
		*four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	s->at_length = six ? sizeof(*v6) : sizeof(*four);
	return inet_pton(s->at.ss_family, host, six ? (void *)&v6->sin6_addr : (void *)&four->sin_addr) == 1;
}

static bool collector_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return n && n <= 64 && !name[n];
}

static int usage(const char *what, const char *word)
{
	say_line("lacuna record bmp: %s%s%s", what, word ? ": " : "", word ? word : "");
	say_line("Try 'lacuna record bmp --help'.");
	return 2;
}

// 0, an exit status, or -1: all is said.
static int options_parse(struct station *s, int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'}, {"collector", required_argument, NULL, 'c'},
		{"for", required_argument, NULL, 'f'},	  {"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},	  {NULL, 0, NULL, 0},
	};
	int option;
	optind = 0;
	while ((option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1)
		switch (option) {
		case 'o':
			s->dir = optarg;
			break;
		case 'c':
			s->collector = optarg;
			break;
		case 'f':
			if (!number_parse(optarg, 0.001, 1e9, &s->for_s))
				return usage("--for takes seconds", optarg);
			break;
		case 'q':
			s->quiet = true;
			break;
		case 'h':
			fputs(help, stdout);
			return -1;
		default:
			return usage("see the options", NULL);
		}
	optind += optind < argc && strcmp(argv[optind], "bmp") == 0;
	if (argc - optind != 1)
		return usage("one ADDR:PORT to listen on", NULL);
	if (!address_parse(s, argv[optind]))
		return usage("not an ADDR:PORT", argv[optind]);
	if (!s->dir)
		return usage("-o DIR is missing", NULL);
	return collector_good(s->collector) ? 0 : usage("not a name for a collector", s->collector);
}

int cli_record_bmp(int argc, char **argv)
{
	struct station *s = alloc_zero(1, sizeof(*s));
	*s = (struct station){.collector = "bmp", .listener = -1, .folder = -1, .signals = -1, .syncer = -1};
	for (size_t i = 0; i < ROUTERS_MAX; i++)
		s->routers[i] = (struct router){.station = s, .socket = -1, .bytes = -1, .index = -1};
	int status = options_parse(s, argc, argv);
	if (status == 0)
		status = station_run(s);
	free(s);
	return status < 0 ? 0 : status;
}

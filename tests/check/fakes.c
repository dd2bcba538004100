// SPDX-License-Identifier: ISC
// The fakes; see fakes.h.
#include "fakes.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns)
{
	g->asked++;
	g->last = *a;
	if (g->answer == GATE_WAIT)
		*ret_until_ns = now_ns + g->wait_ns;
	return g->answer;
}

enum gate_answer gate_admits(const struct gate *g, const struct addr *a, uint8_t kind)
{
	(void)a;
	(void)kind;
	return g->answer;
}

bool gate_listed(const struct gate *g, const struct addr *a)
{
	(void)g;
	(void)a;
	return true;
}

void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns)
{
	(void)a;
	(void)now_ns;
	g->backed_off++;
}

void gate_relax(struct gate *g, const struct addr *a)
{
	(void)a;
	g->relaxed++;
}

// Attempts wait here until they are polled for; so many at most.
struct check_dns {
	struct attempt_sink out;
	struct attempt waiting[16];
	size_t count;
	uint64_t sent;
	int descriptor;
};

static int last_descriptor = -1;

void fake_dns_late(void)
{
	const uint64_t one = 1;
	if (write(last_descriptor, &one, sizeof(one)) != sizeof(one))
		abort();
}

int check_dns_open(const struct check_options *o, struct check_dns **ret)
{
	struct check_dns *d = alloc_zero(1, sizeof(*d));
	d->out = o->out;
	d->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	last_descriptor = d->descriptor;
	*ret = d;
	return 0;
}

void check_dns_close(struct check_dns *d)
{
	if (!d)
		return;
	close(d->descriptor);
	free(d);
}

int check_dns_start(struct check_dns *d, const struct check_spec *s, int64_t *ret_wait_ns)
{
	const uint64_t one = 1;
	if (d->count == sizeof(d->waiting) / sizeof(d->waiting[0])) {
		*ret_wait_ns = 1000000;
		return 0;
	}
	d->waiting[d->count++] = attempt_of(s->op, &s->address, s->index, (struct instant){1});
	d->sent++;
	return write(d->descriptor, &one, sizeof(one)) == sizeof(one) ? 1 : -1;
}

int check_dns_poll(struct check_dns *d, int64_t wait_ns)
{
	uint64_t seen;
	(void)wait_ns;
	if (read(d->descriptor, &seen, sizeof(seen)) < 0 || !d->count)
		return 0;
	d->out.take(d->out.context, d->waiting, d->count);
	d->count = 0;
	return 1;
}

int check_dns_descriptor(const struct check_dns *d)
{
	return d->descriptor;
}

size_t check_dns_pending(const struct check_dns *d)
{
	return d->count;
}

void check_dns_counts(const struct check_dns *d, struct check_counts *ret)
{
	*ret = (struct check_counts){.started = d->sent, .dns_sent = d->sent};
}

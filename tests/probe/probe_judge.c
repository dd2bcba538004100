// SPDX-License-Identifier: ISC
// The judge of answers without any socket: wrapping serials, replays over a wrap, clocks that step, short quotations among
// probes that share a sequence number, and the accounting of random answers.
#include "../unit/unit.h"
#include "gate_open.h"

#include "probe/prober_priv.h"

#include <string.h>

struct judged {
	struct prober *prober;
	struct attempt last;
	size_t count;
};

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct judged *j = context;
	j->last = batch[n - 1];
	j->count += n;
}

static int set_up(void **state)
{
	struct judged *j = calloc(1, sizeof(*j));
	struct prober *p = calloc(1, sizeof(*p));
	struct echo_origin o = {.source = addr_v4(0xc0000201), .id = 0x4c41, .text = "noc@example.net"};
	p->options.out = (struct attempt_sink){take, j};
	p->key = (struct cookie_key){1, 2};
	p->id = o.id;
	p->timeout_ns = 3000000000;
	pending_make(&p->pending, 1 << 18);
	echo_template_make(&o, &p->request4);
	j->prober = p;
	*state = j;
	return 0;
}

static int tear_down(void **state)
{
	struct judged *j = *state;
	pending_free(&j->prober->pending);
	free(j->prober);
	free(j);
	return 0;
}

// As send_item() does, without a socket.
static struct echo_answer send_one(struct prober *p, uint32_t v4, uint32_t index)
{
	struct addr target = addr_v4(v4);
	uint64_t serial = p->pending.tail;
	struct pending_slot *s = pending_next(&p->pending, &target);
	assert_non_null(s);
	s->stamp = prober_stamp(p);
	s->index = index;
	s->mode = ATTEMPT_RAW;
	s->op = PROBE_ICMP_ECHO;
	struct cookie_claim claim = {target, s->stamp, (uint32_t)serial, (uint32_t)(serial >> 32), index};
	struct echo_request r = {.target = target, .seq = (uint16_t)serial};
	r.body = (struct echo_body){s->stamp, (uint32_t)serial, index, cookie_of(&p->key, &claim)};
	struct echo_answer a = {.kind = ECHO_REPLY, .has_body = true, .from = target, .target = target, .id = p->id};
	a.seq = r.seq;
	a.body = r.body;
	a.checksum = echo_checksum(&p->request4, &r);
	a.ip_id = (uint16_t)r.body.cookie | 1;
	return a;
}

static uint8_t judge(struct judged *j, struct echo_answer a, int64_t after_ns)
{
	struct arrival how = {.stamp = a.body.stamp + after_ns, .ttl = 60, .id = j->prober->id};
	size_t before = j->count;
	judge_answer(j->prober, &a, &how);
	prober_flush(j->prober);
	assert_int_equal(j->count, before + 1);
	return j->last.failure;
}

static void an_answer_counts_once(void **state)
{
	struct judged *j = *state;
	struct echo_answer a = send_one(j->prober, 0xc6120001, 77), other = a;
	other.seq++; // all right but for the sequence number
	assert_int_equal(judge(j, other, 4000), FAILURE_FORGED);
	assert_int_equal(judge(j, a, 5000), FAILURE_NONE);
	assert_int_equal(j->last.rtt_ns, 5000);
	assert_int_equal(j->last.index, 77);
	assert_int_equal(j->last.ttl, 60);
	assert_int_equal(judge(j, a, 6000), FAILURE_LATE_OR_DUP);
	assert_int_equal(j->prober->counts.duplicate, 1);
	a = send_one(j->prober, 0xc6120002, 78);
	assert_int_equal(judge(j, a, 3000000001), FAILURE_LATE_OR_DUP); // after its time, though nobody has said so yet
	assert_int_equal(j->prober->counts.late, 1);
	assert_int_equal(prober_pending(j->prober), 1);
}

static void a_step_of_the_clock_is_no_negative_time(void **state)
{
	struct judged *j = *state;
	struct echo_answer a = send_one(j->prober, 0xc6120001, 1);
	assert_int_equal(judge(j, a, -86400000000000), FAILURE_NONE);
	assert_true(j->last.rtt_ns >= 0 && j->last.rtt_ns < 3000000000);
}

static void serials_wrap_and_old_ones_do_not_pass(void **state)
{
	struct judged *j = *state;
	struct pending *in = &j->prober->pending;
	struct echo_answer first = send_one(j->prober, 0xc6120001, 5), old;
	in->head = in->tail = ((uint64_t)1 << 32) - 2;
	old = send_one(j->prober, 0xc6120001, 5); // ...fffe of the first round
	for (int i = 0; i < 4; i++) {
		struct echo_answer a = send_one(j->prober, 0xc6120010u + (uint32_t)i, 5);
		assert_int_equal(judge(j, a, 100), FAILURE_NONE);
	}
	assert_int_equal(judge(j, old, 100), FAILURE_NONE); // one wrap later, still in flight
	// Serial 0 of the first round, when serial 0 of the second has been sent: the epoch is in the cookie.
	assert_int_equal(judge(j, first, 100), FAILURE_FORGED);
	// The same place of the ring, the same address and index, another time.
	struct echo_answer now = send_one(j->prober, 0xc6120001, 5);
	in->tail += in->capacity - 1;
	in->head = in->tail;
	struct echo_answer next = send_one(j->prober, 0xc6120001, 5);
	assert_ptr_equal(pending_slot(in, now.body.serial), pending_slot(in, next.body.serial));
	assert_int_equal(judge(j, now, 100), FAILURE_LATE_OR_DUP);
	assert_int_equal(judge(j, next, 100), FAILURE_NONE);
}

static void a_serial_of_the_future_is_forged(void **state)
{
	struct judged *j = *state;
	struct echo_answer a = send_one(j->prober, 0xc6120001, 1);
	struct addr target = a.target;
	struct cookie_claim claim = {target, a.body.stamp, 9, 0, 1}; // even with the right cookie
	a.body.serial = a.seq = 9;
	a.body.cookie = cookie_of(&j->prober->key, &claim);
	assert_int_equal(judge(j, a, 100), FAILURE_FORGED);
}

static void short_quotes_find_theirs(void **state)
{
	struct judged *j = *state;
	static struct echo_answer sent[4];
	for (int round = 0; round < 4; round++) { // all with sequence 0
		sent[round] = send_one(j->prober, 0xc6120001, (uint32_t)round);
		j->prober->pending.tail += 65535;
	}
	for (int round = 3; round >= 0; round--) {
		struct echo_answer a = sent[round];
		a.kind = ECHO_ERROR;
		a.has_body = false;
		a.type = ECHO4_UNREACHABLE;
		a.code = 1;
		a.from = addr_v4(0xcb007109);
		int64_t stamp = a.body.stamp;
		struct arrival how = {.stamp = stamp + 50, .id = j->prober->id};
		struct echo_answer wrong = a;
		wrong.checksum ^= 1;
		judge_answer(j->prober, &wrong, &how);
		prober_flush(j->prober);
		assert_int_equal(j->last.failure, FAILURE_FORGED);
		judge_answer(j->prober, &a, &how);
		prober_flush(j->prober);
		assert_int_equal(j->last.failure, FAILURE_HOST_UNREACHABLE);
		assert_int_equal(j->last.index, round);
		assert_int_equal(j->last.rtt_ns, 50);
	}
}

static void random_answers_are_accounted_for(void **state)
{
	struct judged *j = *state;
	uint64_t random = unit_seed(), honest = 0;
	for (int i = 0; i < 200000; i++) {
		struct echo_answer a = send_one(j->prober, 0xc6120000u + (uint32_t)(unit_random(&random) & 0xffff), 3);
		uint64_t kind = unit_random(&random);
		uint8_t *byte = (uint8_t *)&a.body + kind / 8 % sizeof(a.body);
		if (kind & 1)
			*byte ^= (uint8_t)(1 + unit_random(&random) % 255);
		uint8_t got = judge(j, a, (int64_t)(kind >> 40) % 2000000000);
		honest += !(kind & 1);
		assert_int_equal(got, kind & 1 ? FAILURE_FORGED : FAILURE_NONE);
		if (kind & 1)
			pending_decide(&j->prober->pending, pending_slot(&j->prober->pending, (uint64_t)i),
				       SLOT_EXPIRED);
	}
	const struct prober_counts *c = &j->prober->counts;
	assert_int_equal(c->arrived, 200000);
	assert_int_equal(c->recorded, honest);
	assert_int_equal(c->arrived, c->recorded + c->late + c->duplicate + c->forged);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(an_answer_counts_once),
		CASE(a_step_of_the_clock_is_no_negative_time),
		CASE(serials_wrap_and_old_ones_do_not_pass),
		CASE(a_serial_of_the_future_is_forged),
		CASE(short_quotes_find_theirs),
		CASE(random_answers_are_accounted_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

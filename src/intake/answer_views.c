// SPDX-License-Identifier: ISC
// Which view of each router is followed (RFC 7854, 8671, 9069), and how much of the others was left out: the answer rests on it.
#include "base/alloc.h"
#include "base/json.h"
#include "base/must.h"
#include "intake/answer_priv.h"

#include <stdlib.h>

#define VIEWS_SHOWN 20

struct answer_view { // of one router
	uint16_t collector, router;
	uint8_t view;
	uint64_t instance;
	size_t peers;
};

static bool answer_views_alike(const struct answer_view *v, const struct peer *p)
{
	return v->collector == p->collector && v->router == p->router && v->view == p->view &&
	       v->instance == p->instance;
}

static size_t answer_views_list(const struct peer_table *t, struct answer_view **ret)
{
	struct answer_view *views = NULL;
	size_t count = 0, capacity = 0;
	for (uint32_t i = 0; i < peer_count(t); i++) {
		const struct peer *p = peer_at(t, i);
		size_t at = 0;
		if (p->view == PEER_VIEW_SESSION)
			continue;
		while (at < count && !answer_views_alike(&views[at], p))
			at++;
		if (at == count) {
			alloc_grow((void **)&views, count, &capacity, sizeof(*views));
			views[count++] = (struct answer_view){p->collector, p->router, p->view, p->instance, 0};
		}
		views[at].peers++;
	}
	*ret = views;
	return count;
}

static void answer_views_put_one(struct json *j, const struct peer_table *t, const struct answer_view *v)
{
	json_open(j, '{');
	json_key(j, "collector");
	json_string(j, collector_name(t, v->collector));
	if (v->router) {
		json_key(j, "router");
		json_string(j, peer_router_name(t, v->router));
	}
	json_key(j, "view");
	json_string(j, peer_view_name(v->view));
	if (v->instance) {
		struct text instance = {0};
		peer_instance_text(&instance, v->instance);
		json_key(j, "distinguisher");
		json_string(j, text_string(&instance));
		text_free(&instance);
	}
	json_key(j, "peers");
	json_int(j, (int64_t)v->peers);
	json_close(j, '}');
}

void answer_put_views(struct json *j, const struct intake_run *s)
{
	struct answer_view *views;
	must(j && s);
	size_t count = answer_views_list(s->in.peers, &views);
	if (count) {
		json_key(j, "bmp_views");
		json_open(j, '[');
		for (size_t i = 0; i < count; i++)
			answer_views_put_one(j, s->in.peers, &views[i]);
		json_close(j, ']');
	}
	free(views);
}

static void answer_views_text_one(struct text *t, const struct peer_table *peers, const struct answer_view *v)
{
	static const char *const words[] = {[PEER_VIEW_PRE_POLICY] = "what it was sent, before its policy",
					    [PEER_VIEW_POST_POLICY] = "what it was sent, after its policy",
					    [PEER_VIEW_OUT] = "what it sends out",
					    [PEER_VIEW_LOC_RIB] = "the routes that it chose (its Loc-RIB)"};
	const char *router = v->router ? peer_router_name(peers, v->router) : "a router without a name";
	text_put(t, "Followed of ");
	text_untrusted(t, router, strlen(router));
	text_put(t, " at ");
	text_untrusted(t, collector_name(peers, v->collector), strlen(collector_name(peers, v->collector)));
	text_printf(t, ": %s", v->view < ARRAY_LEN(words) && words[v->view] ? words[v->view] : "an unknown view");
	if (v->instance) {
		text_put(t, ", of the VRF ");
		peer_instance_text(t, v->instance);
	}
	if (v->view != PEER_VIEW_LOC_RIB)
		text_printf(t, ", by %zu peer%s", v->peers, v->peers == 1 ? "" : "s");
	text_put(t, ".\n");
}

void answer_text_views(struct text *t, const struct intake_run *s)
{
	struct answer_view *views;
	size_t count = answer_views_list(s->in.peers, &views);
	uint64_t other = s->counts.of[DECODE_BMP_OTHER_VIEW], left = s->counts.of[DECODE_BMP_LEFT_OUT];
	for (size_t i = 0; i < count && i < VIEWS_SHOWN; i++)
		answer_views_text_one(t, s->in.peers, &views[i]);
	if (count > VIEWS_SHOWN)
		text_printf(t, "And %zu more views of routers.\n", count - VIEWS_SHOWN);
	if (other + left)
		text_printf(
			t,
			"Left out of BMP: %llu messages of other views of the same peers, %llu of peers that are not followed.\n",
			(unsigned long long)other, (unsigned long long)left);
	if (count || other + left)
		text_char(t, '\n');
	free(views);
}

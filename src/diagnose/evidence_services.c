// SPDX-License-Identifier: ISC
// Services: in which order they failed and returned, and how.
#include "diagnose/evidence_priv.h"

#define SERVICES_LEAST 3
#define SPREAD_LONG    4 // watch intervals
#define SPREAD_SHORT   2
#define CLASSES_APART  3
#define CLASSES_LEAST  3
#define SOME	       0.30
#define MANY	       0.50

struct finding look_services_one_by_one(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_services *s = &n->facts.services;
	double width = width_s(&n->facts);
	if (s->failed < SERVICES_LEAST)
		return finding_unknown();
	return finding(s->spread_s >= SPREAD_LONG * width, s->spread_s <= SPREAD_SHORT * width, s->spread_s, s->failed);
}

struct finding look_return_order(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double classes = n->facts.services.return_classes;
	return finding(classes >= CLASSES_APART, n->story.recovery_count >= CLASSES_LEAST && classes <= 1, classes,
		       NAN);
}

struct finding look_dns_only(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_services *s = &n->facts.services;
	if (!s->dns)
		return finding_unknown();
	bool others = (double)(s->failed - s->dns_failed) >
		      MANY * (s->watched - s->dns); // asked by name, some fail with them
	bool only = s->dns_failed == s->dns && !others && s->hosts_failed <= SOME * s->hosts;
	return finding(only, !only, s->dns_failed, s->dns);
}

struct finding look_http_errors(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_services *s = &n->facts.services;
	return finding(s->failed > 0 && 2 * s->http_errors >= s->failed, s->failed > 0, s->http_errors, s->failed);
}

struct finding look_refused(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_services *s = &n->facts.services;
	return finding(s->failed > 0 && 2 * s->refused >= s->failed, s->failed > 0, s->refused, s->failed);
}

struct finding look_alive_below(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_services *s = &n->facts.services;
	bool alive = s->failed > 0 && 2 * s->failed_alive >= s->failed;
	return finding(alive, s->failed > 0 && s->hosts > 0, s->failed_alive, s->failed);
}

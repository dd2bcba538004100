// SPDX-License-Identifier: ISC
// Services: in which order they failed and returned, and how.
#include "diagnose/evidence_priv.h"

struct finding look_services_one_by_one(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	double width = width_s(&n->facts);
	if (s->failed < limit(d, JUDGE_SERVICES_LEAST))
		return finding_unknown();
	return finding(s->spread_s >= limit(d, JUDGE_SPREAD_LONG) * width,
		       s->spread_s <= limit(d, JUDGE_SPREAD_SHORT) * width, s->spread_s, s->failed);
}

struct finding look_return_order(const struct incident *n, const struct decisions *d)
{
	double classes = n->facts.services.return_classes;
	return finding(classes >= limit(d, JUDGE_CLASSES_APART),
		       (double)n->story.recovery_count >= limit(d, JUDGE_CLASSES_LEAST) && classes <= 1, classes, NAN);
}

struct finding look_dns_only(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	if (!s->dns)
		return finding_unknown();
	bool others = (double)(s->failed - s->dns_failed) >
		      limit(d, JUDGE_DNS_OTHERS) * (s->watched - s->dns); // asked by name, some fail with them
	bool only = s->dns_failed == s->dns && !others && s->hosts_failed <= limit(d, JUDGE_DNS_HOSTS) * s->hosts;
	return finding(only, !only, s->dns_failed, s->dns);
}

struct finding look_http_errors(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	return finding(s->failed > 0 && s->http_errors >= limit(d, JUDGE_SERVICES_SHARE) * s->failed, s->failed > 0,
		       s->http_errors, s->failed);
}

struct finding look_refused(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	return finding(s->failed > 0 && s->refused >= limit(d, JUDGE_SERVICES_SHARE) * s->failed, s->failed > 0,
		       s->refused, s->failed);
}

struct finding look_alive_below(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	bool alive = s->failed > 0 && s->failed_alive >= limit(d, JUDGE_SERVICES_SHARE) * s->failed;
	return finding(alive, s->failed > 0 && s->hosts > 0, s->failed_alive, s->failed);
}

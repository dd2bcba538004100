// SPDX-License-Identifier: ISC
// The rows of the evidence; each group of functions has a file of its own.
#include "diagnose/evidence.h"

#include <math.h>
#include <string.h>

static struct finding look_none(const struct incident *n, const struct entity *entity)
{
	(void)n;
	(void)entity;
	return (struct finding){ANSWER_UNKNOWN, 0, NAN, NAN};
}

#define ROW(name, of, from)                                                                                            \
	{                                                                                                              \
		name, of, from, "", "", "", look_none                                                                  \
	}

static const struct evidence_row rows[EVIDENCE_COUNT] = {
	[EVIDENCE_LOSS_RAMP] = ROW("loss-ramp", FAMILY_TIMING, SOURCE_PROBES),
	[EVIDENCE_LONG_LEAD] = ROW("long-lead", FAMILY_TIMING, SOURCE_PROBES),
	[EVIDENCE_HOLD_TIMER] = ROW("hold-timer", FAMILY_TIMING, SOURCE_PROBES),
	[EVIDENCE_ROUTES_WITH_LOSS] = ROW("routes-with-loss", FAMILY_TIMING, SOURCE_PROBES),
	[EVIDENCE_ROUTES_STAY] = ROW("routes-stay", FAMILY_TIMING, SOURCE_PROBES),
	[EVIDENCE_ROUTES_ONLY] = ROW("routes-only", FAMILY_TIMING, SOURCE_PROBES),
	[EVIDENCE_HOLD_RECEIVED] = ROW("hold-received", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_HOLD_SENT] = ROW("hold-sent", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_SESSION_CLOSED] = ROW("session-closed", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_SHUTDOWN_TEXT] = ROW("shutdown-text", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_SESSION_SILENT] = ROW("session-silent", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_SESSIONS_STAY] = ROW("sessions-stay", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_PREFIX_LIMIT] = ROW("prefix-limit", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_SESSION_ERROR] = ROW("session-error", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_ONE_BY_ONE] = ROW("one-by-one", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_CHURN_BEFORE] = ROW("churn-before", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_FOREIGN_ORIGIN] = ROW("foreign-origin", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_DETOUR] = ROW("detour", FAMILY_CONTROL_PLANE, SOURCE_PROBES),
	[EVIDENCE_LATENCY_RAMP] = ROW("latency-ramp", FAMILY_SHAPE, SOURCE_PROBES),
	[EVIDENCE_CONNECT_RAMP] = ROW("connect-ramp", FAMILY_SHAPE, SOURCE_PROBES),
	[EVIDENCE_BORDER_ANSWERS] = ROW("border-answers", FAMILY_SHAPE, SOURCE_PROBES),
	[EVIDENCE_FALL_IN_STEPS] = ROW("fall-in-steps", FAMILY_SHAPE, SOURCE_PROBES),
	[EVIDENCE_RETURN_IN_STEPS] = ROW("return-in-steps", FAMILY_SHAPE, SOURCE_PROBES),
	[EVIDENCE_FLAT_FLOOR] = ROW("flat-floor", FAMILY_SHAPE, SOURCE_PROBES),
	[EVIDENCE_SLOW_DECAY] = ROW("slow-decay", FAMILY_SHAPE, SOURCE_PROBES),
	[EVIDENCE_SERVICES_ONE_BY_ONE] = ROW("services-one-by-one", FAMILY_SERVICES, SOURCE_PROBES),
	[EVIDENCE_RETURN_ORDER] = ROW("return-order", FAMILY_SERVICES, SOURCE_PROBES),
	[EVIDENCE_DNS_ONLY] = ROW("dns-only", FAMILY_SERVICES, SOURCE_PROBES),
	[EVIDENCE_HTTP_ERRORS] = ROW("http-errors", FAMILY_SERVICES, SOURCE_PROBES),
	[EVIDENCE_REFUSED] = ROW("refused", FAMILY_SERVICES, SOURCE_PROBES),
	[EVIDENCE_ALIVE_BELOW] = ROW("alive-below", FAMILY_SERVICES, SOURCE_PROBES),
	[EVIDENCE_ONE_MACHINE] = ROW("one-machine", FAMILY_SCOPE, SOURCE_PROBES),
	[EVIDENCE_INDEPENDENT] = ROW("independent", FAMILY_SCOPE, SOURCE_PROBES),
	[EVIDENCE_ONE_NETWORK] = ROW("one-network", FAMILY_SCOPE, SOURCE_PROBES),
	[EVIDENCE_NETWORKS_IN_STEP] = ROW("networks-in-step", FAMILY_SCOPE, SOURCE_PROBES),
	[EVIDENCE_UPSTREAMS_IN_STEP] = ROW("upstreams-in-step", FAMILY_SCOPE, SOURCE_PROBES),
	[EVIDENCE_NEIGHBOURS] = ROW("neighbours", FAMILY_SCOPE, SOURCE_PROBES),
	[EVIDENCE_FLAPS_BEFORE] = ROW("flaps-before", FAMILY_RECURRENCE, SOURCE_PROBES),
	[EVIDENCE_WAVES] = ROW("waves", FAMILY_RECURRENCE, SOURCE_PROBES),
	[EVIDENCE_SAME_CLOCK] = ROW("same-clock", FAMILY_RECURRENCE, SOURCE_PROBES),
	[EVIDENCE_EVEN_SPACING] = ROW("even-spacing", FAMILY_RECURRENCE, SOURCE_PROBES),
	[EVIDENCE_PAST_OUTAGES] = ROW("past-outages", FAMILY_RECURRENCE, SOURCE_PROBES),
	[EVIDENCE_HALF_HOUR] = ROW("half-hour", FAMILY_CONTEXT, SOURCE_PROBES),
	[EVIDENCE_NIGHT] = ROW("night", FAMILY_CONTEXT, SOURCE_PROBES),
	[EVIDENCE_SHORT] = ROW("short", FAMILY_CONTEXT, SOURCE_PROBES),
	[EVIDENCE_HOURS] = ROW("hours", FAMILY_CONTEXT, SOURCE_PROBES),
	[EVIDENCE_ONE_WITNESS] = ROW("one-witness", FAMILY_WITNESS, SOURCE_PROBES),
	[EVIDENCE_WITNESSES_FAIL] = ROW("witnesses-fail", FAMILY_WITNESS, SOURCE_PROBES),
	[EVIDENCE_BOTH_PLANES] = ROW("both-planes", FAMILY_WITNESS, SOURCE_PROBES),
};

const struct evidence_row *evidence_row(uint8_t evidence)
{
	return &rows[evidence];
}

int evidence_of(const char *name)
{
	for (int e = 0; e < EVIDENCE_COUNT; e++)
		if (strcmp(rows[e].name, name) == 0)
			return e;
	return -1;
}

const char *family_name(uint8_t family)
{
	static const char *const names[FAMILY_COUNT] = {
		[FAMILY_TIMING] = "order of loss and routes", [FAMILY_CONTROL_PLANE] = "control plane",
		[FAMILY_SHAPE] = "shape of the data plane",   [FAMILY_SERVICES] = "order of services",
		[FAMILY_SCOPE] = "concurrency and scope",     [FAMILY_RECURRENCE] = "recurrence",
		[FAMILY_CONTEXT] = "clock and hours",	      [FAMILY_WITNESS] = "who saw it",
	};
	return family < FAMILY_COUNT ? names[family] : "?";
}

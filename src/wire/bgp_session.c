// SPDX-License-Identifier: ISC
// What opens and ends a session: OPEN with its capabilities (RFC 4271, 4.2; RFC 5492; RFC 9072; RFC 6793;
// RFC 7911; RFC 8654) and NOTIFICATION (RFC 4271, 4.5; RFC 4486; RFC 9003).
#include "base/err.h"
#include "wire/bgp.h"

enum {
	PARAMETER_CAPABILITIES = 2,
	PARAMETER_EXTENDED = 255,

	CAPABILITY_MULTIPROTOCOL = 1,
	CAPABILITY_ROUTE_REFRESH = 2,
	CAPABILITY_EXTENDED_MESSAGE = 6,
	CAPABILITY_GRACEFUL_RESTART = 64,
	CAPABILITY_AS4 = 65,
	CAPABILITY_ADD_PATH = 69,
	CAPABILITY_ROUTE_REFRESH_CISCO = 128,

	CEASE = 6,
	CEASE_SHUTDOWN = 2,
	CEASE_RESET = 4,
};

static void bgp_session_add_path_read(struct bgp_open *o, struct cursor value)
{
	uint16_t afi;
	uint8_t safi, offer;
	while (cursor_u16(&value, &afi) && cursor_u8(&value, &safi) && cursor_u8(&value, &offer)) {
		if (safi != BGP_SAFI_UNICAST || offer > 3)
			continue;
		if (afi == BGP_AFI_IPV4)
			o->add_path_v4 = offer;
		else if (afi == BGP_AFI_IPV6)
			o->add_path_v6 = offer;
	}
}

static void bgp_session_capability_read(struct bgp_open *o, uint8_t code, struct cursor value)
{
	switch (code) {
	case CAPABILITY_MULTIPROTOCOL:
		break;
	case CAPABILITY_ROUTE_REFRESH:
	case CAPABILITY_ROUTE_REFRESH_CISCO:
		o->route_refresh = true;
		break;
	case CAPABILITY_EXTENDED_MESSAGE:
		o->extended_message = true;
		break;
	case CAPABILITY_GRACEFUL_RESTART:
		o->graceful_restart = true;
		break;
	case CAPABILITY_AS4:
		// A wrong length is as if the capability were not there (RFC 5492, 4).
		if (cursor_left(&value) == 4 && cursor_u32(&value, &o->asn))
			o->as4 = true;
		break;
	case CAPABILITY_ADD_PATH:
		bgp_session_add_path_read(o, value);
		break;
	default:
		o->unknown_capabilities++;
	}
}

static int bgp_session_capabilities_read(struct bgp_open *o, struct cursor c)
{
	struct cursor value;
	uint8_t code, length;
	while (cursor_left(&c)) {
		if (!cursor_u8(&c, &code) || !cursor_u8(&c, &length) || !cursor_sub(&c, length, &value))
			return ERR_MALFORMED;
		bgp_session_capability_read(o, code, value);
	}
	return 1;
}

static bool bgp_session_parameter_next(struct cursor *c, bool extended, uint8_t *ret_type, struct cursor *ret_value)
{
	uint16_t length;
	uint8_t narrow;
	if (!cursor_u8(c, ret_type))
		return false;
	if (extended)
		return cursor_u16(c, &length) && cursor_sub(c, length, ret_value);
	return cursor_u8(c, &narrow) && cursor_sub(c, narrow, ret_value);
}

static int bgp_session_parameters_read(struct bgp_open *o, struct cursor c, bool extended)
{
	struct cursor value;
	uint8_t type;
	while (cursor_left(&c)) {
		if (!bgp_session_parameter_next(&c, extended, &type, &value))
			return ERR_MALFORMED;
		if (type == PARAMETER_CAPABILITIES && bgp_session_capabilities_read(o, value) < 0)
			return ERR_MALFORMED;
	}
	return 1;
}

int bgp_open(struct cursor body, struct bgp_open *ret)
{
	struct bgp_open o = {0};
	struct cursor parameters;
	uint16_t asn, length;
	uint8_t narrow, type;
	bool extended = false;
	if (!cursor_u8(&body, &o.version) || !cursor_u16(&body, &asn) || !cursor_u16(&body, &o.hold_time) ||
	    !cursor_bytes(&body, o.bgp_id, 4) || !cursor_u8(&body, &narrow))
		return ERR_MALFORMED;
	o.asn = asn;
	length = narrow;
	struct cursor probe = body;
	if (length && cursor_u8(&probe, &type) && type == PARAMETER_EXTENDED) { // RFC 9072
		extended = true;
		body = probe;
		if (!cursor_u16(&body, &length))
			return ERR_MALFORMED;
	}
	if (!cursor_sub(&body, length, &parameters) || bgp_session_parameters_read(&o, parameters, extended) < 0)
		return ERR_MALFORMED;
	*ret = o;
	return 1;
}

int bgp_notification(struct cursor body, struct bgp_notification *ret)
{
	struct bgp_notification n = {0};
	uint8_t length;
	if (!cursor_u8(&body, &n.code) || !cursor_u8(&body, &n.subcode))
		return ERR_MALFORMED;
	n.data = body;
	// A length that does not fit leaves shutdown_text as it was: empty.
	if (n.code == CEASE && (n.subcode == CEASE_SHUTDOWN || n.subcode == CEASE_RESET) && cursor_u8(&body, &length) &&
	    !cursor_sub(&body, length, &n.shutdown_text))
		n.shutdown_text = (struct cursor){body.end, body.end};
	*ret = n;
	return 1;
}

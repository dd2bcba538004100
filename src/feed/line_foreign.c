// SPDX-License-Identifier: ISC
// Recognising what others write and this program does not read.
#include "feed/line_foreign.h"

#include "base/attr.h"
#include "base/scan.h"

#define NAMES_SHOWN 12
#define NAME_BYTES  40 // of a name that is shown
#define MARK_BYTES  4
#define PACKETS                                                                                                        \
	"a packet capture, which is not read: wanted are MRT files of a collector, or BMP as 'lacuna record bmp' keeps it"

static bool line_foreign_holds(struct cursor head, const char *word)
{
	return memmem(head.at, cursor_left(&head), word, strlen(word));
}

// An address alone on the first line.
static bool line_foreign_addresses(struct cursor head)
{
	const uint8_t *end = memchr(head.at, '\n', cursor_left(&head));
	struct cursor line = {head.at, end ? end : head.end};
	unsigned marks = 0;
	for (const uint8_t *at = line.at; at < line.end; at++) {
		bool mark = *at == '.' || *at == ':', digit = (*at >= '0' && *at <= '9') || *at == '\r';
		bool letter = (*at | 0x20) >= 'a' && (*at | 0x20) <= 'f';
		if (!mark && !digit && !letter)
			return false;
		marks += mark;
	}
	return marks >= 2 && cursor_left(&line) <= 46;
}

// What holds routes in a form that is not read.
static const char *line_foreign_routes(struct cursor head)
{
	static const struct {
		const char *mark, *what;
	} marks[] = {
		{"\xa1\xb2\xc3\xd4", PACKETS},
		{"\xd4\xc3\xb2\xa1", PACKETS},
		{"\xa1\xb2\x3c\x4d", PACKETS},
		{"\x4d\x3c\xb2\xa1", PACKETS},
		{"\x0a\x0d\x0d\x0a", PACKETS}, // pcapng
		{"OBMP",
		 "messages of OpenBMP's collector, which are not read: have the router send BMP to 'lacuna record bmp' itself"},
	};
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (cursor_left(&head) >= MARK_BYTES && !memcmp(head.at, marks[i].mark, MARK_BYTES))
			return marks[i].what;
	if (line_foreign_holds(head, "Network") && line_foreign_holds(head, "Next Hop") &&
	    (line_foreign_holds(head, "Path") || line_foreign_holds(head, "BGP table version")))
		return "a router's table as text ('show ip bgp'), which is not read: it has no times and no peers. Wanted is MRT, as RouteViews and RIS have it, or as bgpd writes with 'dump bgp routes-mrt'";
	if ((line_foreign_holds(head, "TABLE_DUMP") || line_foreign_holds(head, "BGP4MP")) &&
	    (line_foreign_holds(head, "|B|") || line_foreign_holds(head, "|A|") || line_foreign_holds(head, "|W|")))
		return "lines of bgpdump, which are not read: give the MRT file itself";
	return NULL;
}

const char *line_foreign(struct cursor head)
{
	static const struct {
		const char *words[2];
		const char *what;
	} table[] = {
		{{"\"ports\"", "\"proto\""},
		 "masscan's JSON, which is not read: it holds who answered and not who was asked. Wanted are attempts, such as lines of ZMap, fping or scamper"},
		{{"\"test_name\"", "\"measurement_start_time\""},
		 "measurements of OONI, which are not read: they say how sites are reached from inside, not whether a network is up"},
		{{"\"test_keys\"", "\"probe_cc\""},
		 "measurements of OONI, which are not read: they say how sites are reached from inside, not whether a network is up"},
		{{"\"resultType\"", "\"result\""},
		 "an answer of Prometheus, which is not read: write it as CSV with the columns time,entity,signal,value"},
		{{"\"serie_0\"", "\"timestamps\""},
		 "an answer of Cloudflare Radar, which is not read: write it as CSV with the columns time,entity,signal,value"},
		{{"\"dateRange\"", "\"success\""},
		 "an answer of Cloudflare Radar, which is not read: write it as CSV with the columns time,entity,signal,value"},
		{{"\"data_call_name\"", "\"data\""},
		 "an answer of RIPEstat, which is not read: write it as CSV with the columns time,entity,signal,value"},
		{{"\"outages.alerts\"", "\"data\""},
		 "alerts of IODA, which are not read: they are its conclusions. Wanted are its series (API v2, signals/raw)"},
		{{"\"outages.events\"", "\"data\""},
		 "events of IODA, which are not read: they are its conclusions. Wanted are its series (API v2, signals/raw)"},
		{{"\"outages.summary\"", "\"data\""},
		 "a summary of IODA, which is not read: it is its conclusion. Wanted are its series (API v2, signals/raw)"},
	};
	const char *routes = line_foreign_routes(head);
	if (routes)
		return routes;
	if (cursor_left(&head) >= 2 && (!memcmp(head.at, "\xff\xfe", 2) || !memcmp(head.at, "\xfe\xff", 2)))
		return "text in UTF-16, which is not read: save it as UTF-8";
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (line_foreign_holds(head, table[i].words[0]) && line_foreign_holds(head, table[i].words[1]))
			return table[i].what;
	if (cursor_left(&head) && line_foreign_addresses(head))
		return "a list of addresses without times, as ZMap writes by default: wanted are its columns saddr, classification, timestamp-ts and better sent-timestamp-ts (-O csv -f)";
	return NULL;
}

static void line_foreign_put_name(struct text *out, struct cursor name, int i)
{
	size_t n = cursor_left(&name) < NAME_BYTES ? cursor_left(&name) : NAME_BYTES;
	if (i)
		text_put(out, ", ");
	text_bytes(out, name.at, n);
	if (n < cursor_left(&name))
		text_put(out, "...");
}

void line_foreign_members(struct cursor object, struct text *out)
{
	struct scan_value key, value;
	int i = 0;
	text_put(out, "found are the members ");
	if (!scan_enter(&object, '{'))
		return;
	for (; i < NAMES_SHOWN && scan_member(&object, &key, &value) == 1; i++)
		line_foreign_put_name(out, key.text, i);
	if (!i)
		text_put(out, "(none)");
	else if (i == NAMES_SHOWN)
		text_put(out, ", ...");
}

void line_foreign_columns(struct cursor line, char comma, struct text *out)
{
	text_put(out, "found is ");
	for (int i = 0; i < NAMES_SHOWN && cursor_left(&line); i++) {
		const uint8_t *end = memchr(line.at, comma, cursor_left(&line));
		line_foreign_put_name(out, (struct cursor){line.at, end ? end : line.end}, i);
		line.at = end ? end + 1 : line.end;
	}
	if (cursor_left(&line))
		text_put(out, ", ...");
}

// SPDX-License-Identifier: ISC
// HTTP/1.1: request, head of the answer line by line, body by length, chunks or end of connection (RFC 9110, 9112). Refuses a
// status line that is none, a header without a colon, NUL, two different lengths, sizes of chunks beyond 2^60.
#include "wire/http1.h"

#include "base/err.h"
#include "base/number.h"

#include <strings.h>

#define LENGTH_DIGITS_MAX 18 // fits 63 bits
#define CHUNK_DIGITS_MAX  15

static const char http1_protocol[] = "HTTP/1.";

bool http1_value_valid(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

bool http1_host_valid(const char *text)
{
	static const char others[] = "-._:[]";
	const char *begin = text;
	for (; *text; text++) {
		bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			     (*text >= '0' && *text <= '9');
		if (!plain && !strchr(others, *text))
			return false;
	}
	return text > begin;
}

struct writer {
	char *bytes;
	size_t used; // goes on counting beyond the end
};

static void http1_put(struct writer *w, const char *text)
{
	for (; *text; text++, w->used++)
		if (w->used < HTTP1_REQUEST_MAX)
			w->bytes[w->used] = *text;
}

static void http1_put_port(struct writer *w, uint16_t port)
{
	char digits[6];
	size_t at = sizeof(digits) - 1;
	digits[at] = 0;
	for (; port; port /= 10)
		digits[--at] = (char)('0' + port % 10);
	http1_put(w, ":");
	http1_put(w, digits + at);
}

static bool http1_more_valid(const struct http1_request *r)
{
	bool valid =
		(!r->first_agent || http1_value_valid(r->first_agent)) && (!r->accept || http1_value_valid(r->accept));
	for (const char *const *more = r->more; more && *more && valid; more++)
		valid = http1_value_valid(*more) && strchr(*more, ':');
	return valid;
}

int http1_request_write(const struct http1_request *r, char *ret_bytes)
{
	const char *path = r->path ? r->path : "/";
	if (!http1_host_valid(r->host) || !http1_value_valid(r->agent) || !http1_more_valid(r))
		return ERR_MALFORMED;
	if (path[0] != '/' || strchr(path, ' ') || !http1_value_valid(path))
		return ERR_MALFORMED;
	struct writer w = {ret_bytes, 0};
	http1_put(&w, r->head ? "HEAD " : "GET ");
	http1_put(&w, path);
	http1_put(&w, " HTTP/1.1\r\nHost: ");
	http1_put(&w, r->host);
	if (r->port)
		http1_put_port(&w, r->port);
	http1_put(&w, "\r\nUser-Agent: ");
	if (r->first_agent) {
		http1_put(&w, r->first_agent);
		http1_put(&w, " ");
	}
	http1_put(&w, r->agent);
	http1_put(&w, "\r\nAccept: ");
	http1_put(&w, r->accept ? r->accept : "*/*");
	for (const char *const *more = r->more; more && *more; more++) {
		http1_put(&w, "\r\n");
		http1_put(&w, *more);
	}
	http1_put(&w, "\r\nConnection: close\r\n\r\n");
	return w.used <= HTTP1_REQUEST_MAX ? (int)w.used : ERR_TOO_LARGE;
}

void http1_head_begin(struct http1_head *h)
{
	memset(h, 0, offsetof(struct http1_head, location));
	h->location[0] = '\0';
}

static size_t http1_kept(const struct http1_head *h)
{
	return h->line_length < HTTP1_LINE_KEPT ? h->line_length : HTTP1_LINE_KEPT;
}

static bool http1_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool http1_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// "HTTP/1.1 200 OK"; the words after the number may be missing.
static int http1_status_line(struct http1_head *h)
{
	const size_t version = sizeof(http1_protocol) - 1, number = version + 2;
	const char *l = h->line;
	if (http1_kept(h) < number + 3 || memcmp(l, http1_protocol, version) != 0 || !http1_is_digit(l[version]) ||
	    l[version + 1] != ' ')
		return ERR_MALFORMED;
	struct cursor c = cursor_of(l + number, 3);
	uint64_t status;
	if (!number_digits(&c, 3, &status) || status < 100)
		return ERR_MALFORMED;
	if (h->line_length > number + 3 && !http1_is_blank(l[number + 3]))
		return ERR_MALFORMED;
	h->status = (uint16_t)status;
	h->minor = (uint8_t)(l[version] - '0');
	h->begun = true;
	return 0;
}

static int http1_header_one_length(struct http1_head *h, const char *value, size_t n)
{
	uint64_t length;
	while (n && http1_is_blank(*value)) {
		value++;
		n--;
	}
	while (n && http1_is_blank(value[n - 1]))
		n--;
	struct cursor c = cursor_of(value, n);
	if (!n || n > LENGTH_DIGITS_MAX || !number_u64(&c, UINT64_MAX, &length) || cursor_left(&c))
		return ERR_MALFORMED;
	if (h->has_length && h->length != length)
		return ERR_MALFORMED;
	h->has_length = true;
	h->length = length;
	return 0;
}

// One length, or the same in a list, as proxies join two headers (RFC 9112 6.3).
static int http1_header_length(struct http1_head *h, const char *value, size_t n)
{
	const char *end = value + n;
	while (value < end) {
		const char *comma = memchr(value, ',', (size_t)(end - value)), *part = comma ? comma : end;
		int code = http1_header_one_length(h, value, (size_t)(part - value));
		if (code < 0)
			return code;
		value = comma ? comma + 1 : end;
		if (comma && value == end)
			return ERR_MALFORMED;
	}
	return n ? 0 : ERR_MALFORMED;
}

// The last coding counts (RFC 9112 6.3): anything but chunked runs to the end of the connection.
static void http1_header_encoding(struct http1_head *h, const char *value, size_t n)
{
	static const char word[] = "chunked";
	const size_t length = sizeof(word) - 1;
	if (n < length || strncasecmp(value + n - length, word, length) != 0)
		return;
	h->chunked = n == length || value[n - length - 1] == ',' || http1_is_blank(value[n - length - 1]);
}

// The first one counts, as it does for browsers.
static void http1_header_location(struct http1_head *h, const char *value, size_t n)
{
	if (h->location_length)
		return;
	h->location_length = (uint32_t)n;
	if (n > HTTP1_LOCATION_MAX || value + n > h->line + HTTP1_LINE_KEPT)
		return;
	while (n && http1_is_blank(value[n - 1]))
		n--;
	memcpy(h->location, value, n);
	h->location[n] = '\0';
}

static bool http1_name_is(const char *line, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(line, name, n) == 0;
}

static int http1_header_line(struct http1_head *h)
{
	size_t end = http1_kept(h), name = 0;
	if (http1_is_blank(h->line[0]))
		return 0; // goes on with the line before it: of none that is read here
	while (name < end && h->line[name] != ':')
		name++;
	if (name == end)
		return h->line_length > HTTP1_LINE_KEPT ? 0 : ERR_MALFORMED;
	size_t value = name + 1;
	while (name && http1_is_blank(h->line[name - 1]))
		name--;
	while (value < end && http1_is_blank(h->line[value]))
		value++;
	size_t from = value, length = h->line_length - value;
	while (end > value && http1_is_blank(h->line[end - 1]))
		end--;
	if (!name)
		return ERR_MALFORMED;
	if (http1_name_is(h->line, name, "content-length"))
		return http1_header_length(h, h->line + value, end - value);
	if (http1_name_is(h->line, name, "transfer-encoding"))
		http1_header_encoding(h, h->line + value, end - value);
	else if (http1_name_is(h->line, name, "location"))
		http1_header_location(h, h->line + from, length);
	return 0;
}

bool http1_head_field(const struct http1_head *h, struct cursor *ret_name, struct cursor *ret_value)
{
	size_t end = http1_kept(h), name = 0;
	while (name < end && h->line[name] != ':')
		name++;
	if (name == end || http1_is_blank(h->line[0]))
		return false;
	size_t value = name + 1;
	while (name && http1_is_blank(h->line[name - 1]))
		name--;
	while (value < end && http1_is_blank(h->line[value]))
		value++;
	while (end > value && http1_is_blank(h->line[end - 1]))
		end--;
	*ret_name = cursor_of(h->line, name);
	*ret_value = cursor_of(h->line + value, end - value);
	return name;
}

// A line is complete. 1: it was the empty one that ends the head.
static int http1_line_end(struct http1_head *h)
{
	if (h->line_length && h->line_length <= HTTP1_LINE_KEPT && h->line[h->line_length - 1] == '\r')
		h->line_length--;
	if (!h->begun)
		return http1_status_line(h);
	if (h->line_length)
		return http1_header_line(h);
	if (h->status >= 200 || h->status == 101)
		return 1;
	uint32_t bytes = h->bytes; // an interim answer: the real one follows
	bool each = h->each;
	http1_head_begin(h);
	h->bytes = bytes;
	h->each = each;
	return 0;
}

// Bytes of a line, without its end.
static int http1_line_add(struct http1_head *h, const uint8_t *bytes, size_t n)
{
	if (n && memchr(bytes, 0, n))
		return ERR_MALFORMED;
	size_t had = http1_kept(h), more = n < HTTP1_LINE_KEPT - had ? n : HTTP1_LINE_KEPT - had;
	if (more)
		memcpy(h->line + had, bytes, more);
	h->line_length += (uint32_t)n;
	if (h->begun)
		return 0;
	size_t known = http1_kept(h) < sizeof(http1_protocol) - 1 ? http1_kept(h) : sizeof(http1_protocol) - 1;
	return memcmp(h->line, http1_protocol, known) == 0 ? 0 : ERR_MALFORMED;
}

int http1_head_read(struct http1_head *h, struct cursor *c)
{
	if (h->handed_on) {
		h->handed_on = false;
		h->line_length = 0;
	}
	while (cursor_left(c)) {
		size_t room = HTTP1_HEAD_MAX - h->bytes, look = cursor_left(c) < room ? cursor_left(c) : room;
		if (!look)
			return ERR_TOO_LARGE;
		const uint8_t *end = memchr(c->at, '\n', look);
		size_t n = end ? (size_t)(end - c->at) : look;
		int status = http1_line_add(h, c->at, n);
		size_t taken = n + (end ? 1 : 0);
		if (status < 0 || !cursor_skip(c, taken))
			return ERR_MALFORMED;
		h->bytes += (uint32_t)taken;
		if (!end)
			continue;
		bool header = h->begun && h->each;
		status = http1_line_end(h);
		if (status)
			return status;
		h->handed_on = header && h->line_length;
		if (h->handed_on)
			return 2;
		h->line_length = 0;
	}
	return 0;
}

// Parts of a chunk.
enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER, CHUNK_TRAILER_LINE, CHUNK_DONE };

void http1_body_begin(struct http1_body *b, const struct http1_head *h, bool was_head)
{
	*b = (struct http1_body){.kind = HTTP1_BODY_TO_END};
	if (was_head || h->status == 204 || h->status == 304 || h->status < 200)
		b->kind = HTTP1_BODY_NONE;
	else if (h->chunked)
		b->kind = HTTP1_BODY_CHUNKED;
	else if (h->has_length)
		*b = (struct http1_body){.kind = HTTP1_BODY_LENGTH, .left = h->length};
}

static int http1_hex_digit(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static int http1_chunk_size(struct http1_body *b, uint8_t byte)
{
	int digit = http1_hex_digit(byte);
	if (digit >= 0) {
		b->left = b->left << 4 | (uint64_t)digit;
		return ++b->digits > CHUNK_DIGITS_MAX ? ERR_MALFORMED : 0;
	}
	if (!b->digits)
		return ERR_MALFORMED;
	if (byte == '\n')
		b->at = b->left ? CHUNK_DATA : CHUNK_TRAILER;
	else if (byte == ';' || byte == '\r' || byte == ' ' || byte == '\t')
		b->at = CHUNK_EXTENSION;
	else
		return ERR_MALFORMED;
	return 0;
}

// One byte that is no data.
static int http1_chunk_byte(struct http1_body *b, uint8_t byte)
{
	switch (b->at) {
	case CHUNK_SIZE:
		return http1_chunk_size(b, byte);
	case CHUNK_EXTENSION:
		if (byte == '\n')
			b->at = b->left ? CHUNK_DATA : CHUNK_TRAILER;
		return 0;
	case CHUNK_DATA_END:
		if (byte == '\n')
			*b = (struct http1_body){.kind = b->kind, .at = CHUNK_SIZE};
		return byte == '\n' || byte == '\r' ? 0 : ERR_MALFORMED;
	case CHUNK_TRAILER: // at the beginning of a line
		if (byte != '\r')
			b->at = byte == '\n' ? CHUNK_DONE : CHUNK_TRAILER_LINE;
		return 0;
	case CHUNK_TRAILER_LINE:
		if (byte == '\n')
			b->at = CHUNK_TRAILER;
		return 0;
	case CHUNK_DATA:
	case CHUNK_DONE:
	default:
		return 0;
	}
}

static struct cursor http1_body_take(struct http1_body *b, struct cursor *c)
{
	struct cursor data = *c;
	uint64_t n = cursor_left(c) < b->left ? cursor_left(c) : b->left;
	data.end = data.at ? data.at + n : data.at;
	b->left -= cursor_skip(c, (size_t)n) ? n : 0;
	return data;
}

static int http1_chunks_piece(struct http1_body *b, struct cursor *c, struct cursor *ret_data)
{
	while (b->at != CHUNK_DONE && cursor_left(c)) {
		if (b->at == CHUNK_DATA) {
			*ret_data = http1_body_take(b, c);
			b->at = b->left ? CHUNK_DATA : CHUNK_DATA_END;
			return 0;
		}
		uint8_t byte;
		int status = cursor_u8(c, &byte) ? http1_chunk_byte(b, byte) : ERR_MALFORMED;
		if (status < 0)
			return status;
	}
	return b->at == CHUNK_DONE;
}

int http1_body_piece(struct http1_body *b, struct cursor *c, struct cursor *ret_data)
{
	*ret_data = cursor_of(NULL, 0);
	switch (b->kind) {
	case HTTP1_BODY_LENGTH:
		*ret_data = http1_body_take(b, c);
		return b->left == 0;
	case HTTP1_BODY_CHUNKED:
		return http1_chunks_piece(b, c, ret_data);
	case HTTP1_BODY_TO_END:
		*ret_data = *c;
		return cursor_skip(c, cursor_left(c)) ? 0 : ERR_MALFORMED;
	case HTTP1_BODY_NONE:
	default:
		return 1;
	}
}

int http1_body_read(struct http1_body *b, struct cursor *c)
{
	struct cursor data;
	int status;
	do
		status = http1_body_piece(b, c, &data);
	while (status == 0 && cursor_left(c));
	return status;
}

bool http1_body_may_end(const struct http1_body *b)
{
	if (b->kind == HTTP1_BODY_LENGTH)
		return b->left == 0;
	return b->kind != HTTP1_BODY_CHUNKED || b->at == CHUNK_DONE;
}

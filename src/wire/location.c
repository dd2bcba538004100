// SPDX-License-Identifier: ISC
// References, absolute and relative.
#include "wire/location.h"

#include "base/err.h"
#include "base/number.h"

#include <strings.h>

struct location_part {
	const char *at;
	size_t n;
};

struct location_writer {
	char *bytes;
	size_t used; // goes on counting beyond the end
};

static void location_put(struct location_writer *w, char c)
{
	if (w->used < LOCATION_PATH_MAX)
		w->bytes[w->used] = c;
	w->used++;
}

static void location_put_escaped(struct location_writer *w, struct location_part p)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < p.n; i++) {
		unsigned char c = (unsigned char)p.at[i];
		if (c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}", c)) {
			location_put(w, (char)c);
			continue;
		}
		location_put(w, '%');
		location_put(w, digits[c >> 4]);
		location_put(w, digits[c & 15]);
	}
}

static struct location_part location_until(const char **text, const char *ends)
{
	struct location_part p = {*text, strcspn(*text, ends)};
	*text += p.n;
	return p;
}

// The last segment of what has been written goes away: "/a/b" becomes "/a".
static void location_drop_segment(struct location_writer *w)
{
	while (w->used && (w->used > LOCATION_PATH_MAX || w->bytes[w->used - 1] != '/'))
		w->used--;
	w->used -= w->used > 0;
}

static bool location_part_is(struct location_part p, const char *word)
{
	return strlen(word) == p.n && memcmp(p.at, word, p.n) == 0;
}

// RFC 3986 5.2.4: segments of the path, with "." and ".." worked out.
static void location_put_path(struct location_writer *w, struct location_part path)
{
	const char *at = path.at, *end = path.at + path.n;
	while (at < end) {
		at += *at == '/';
		const char *slash = memchr(at, '/', (size_t)(end - at));
		struct location_part segment = {at, (size_t)((slash ? slash : end) - at)};
		at += segment.n;
		bool up = location_part_is(segment, ".."), here = location_part_is(segment, ".");
		if (up)
			location_drop_segment(w);
		if (!up && !here) {
			location_put(w, '/');
			location_put_escaped(w, segment);
		} else if (!slash) {
			location_put(w, '/');
		}
	}
	if (!w->used)
		location_put(w, '/');
}

static int location_path(const struct location *at, const char *text, struct location *ret)
{
	char path[LOCATION_PATH_MAX + 1] = "";
	struct location_writer w = {path, 0};
	struct location_part written = location_until(&text, "?#");
	const char *base = at->path, *base_end = base + strcspn(base, "?");
	size_t folder = (size_t)(base_end - base);
	while (folder && base[folder - 1] != '/')
		folder--;
	if (written.n && written.at[0] != '/')
		location_put_path(&w, (struct location_part){base, folder ? folder - 1 : 0});
	if (w.used == 1) // the root itself: what follows brings its '/'
		w.used = 0;
	if (written.n)
		location_put_path(&w, written);
	else
		location_put_path(&w, (struct location_part){base, (size_t)(base_end - base)});
	if (*text == '?')
		location_put_escaped(&w, location_until(&text, "#"));
	else if (!written.n)
		location_put_escaped(&w, (struct location_part){base_end, strlen(base_end)});
	if (w.used > LOCATION_PATH_MAX)
		return ERR_TOO_LARGE;
	path[w.used] = '\0';
	memcpy(ret->path, path, w.used + 1);
	return 0;
}

static bool location_host_valid(const char *host, bool bracketed)
{
	for (const char *c = host; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
		if (!plain && !strchr(bracketed ? ":." : "-._", *c))
			return false;
	}
	return *host;
}

static int location_port(struct location_part p, uint16_t *ret)
{
	struct cursor c = cursor_of(p.at, p.n);
	uint64_t value = 0;
	if (p.n && (!number_u64(&c, UINT16_MAX, &value) || cursor_left(&c) || !value))
		return ERR_MALFORMED;
	*ret = (uint16_t)value;
	return 0;
}

static int location_authority(struct location_part a, struct location *ret)
{
	bool bracketed = a.n && a.at[0] == '[';
	const char *end = a.at + a.n, *close = bracketed ? memchr(a.at, ']', a.n) : NULL;
	const char *colon = memchr(close ? close : a.at, ':', (size_t)(end - (close ? close : a.at)));
	if (memchr(a.at, '@', a.n) || (bracketed && !close))
		return ERR_MALFORMED;
	struct location_part host = {a.at + bracketed, (size_t)((close	 ? close
								 : colon ? colon
									 : end) -
								a.at) -
							       bracketed};
	struct location_part port = {colon ? colon + 1 : end, colon ? (size_t)(end - colon) - 1 : 0};
	if (close && close + 1 != (colon ? colon : end))
		return ERR_MALFORMED;
	if (host.n > LOCATION_HOST_MAX)
		return ERR_TOO_LARGE;
	memcpy(ret->host, host.at, host.n);
	ret->host[host.n] = '\0';
	return location_host_valid(ret->host, bracketed) ? location_port(port, &ret->port) : ERR_MALFORMED;
}

// The length of a scheme with its colon (RFC 3986 3.1); 0: it has none.
static size_t location_scheme(const char *text)
{
	size_t n = 0;
	while ((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= 'A' && text[n] <= 'Z') ||
	       (n && ((text[n] >= '0' && text[n] <= '9') || (text[n] && strchr("+-.", text[n])))))
		n++;
	return n && text[n] == ':' ? n + 1 : 0;
}

bool location_relative(const char *text)
{
	return !location_scheme(text) && strncmp(text, "//", 2) != 0;
}

static int location_read(const struct location *at, const char *text, struct location *ret)
{
	size_t scheme = location_scheme(text);
	bool tls = scheme == 6 && strncasecmp(text, "https", 5) == 0;
	bool clear = scheme == 5 && strncasecmp(text, "http", 4) == 0;
	if (scheme && !tls && !clear)
		return ERR_UNSUPPORTED;
	*ret = *at;
	ret->tls = scheme ? tls : at->tls;
	text += scheme;
	if (strncmp(text, "//", 2) != 0)
		return scheme ? ERR_MALFORMED : location_path(at, text, ret);
	text += 2;
	static const struct location root = {.path = "/"};
	int code = location_authority(location_until(&text, "/?#"), ret);
	return code < 0 ? code : location_path(&root, *text == '?' || *text == '/' ? text : "/", ret);
}

int location_follow(const struct location *at, const char *text, struct location *ret)
{
	struct location from = *at, read;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return ERR_MALFORMED;
	int code = location_read(&from, text, &read);
	if (code == 0)
		*ret = read;
	return code;
}

// SPDX-License-Identifier: ISC
// The plan: its beginning, its end, its targets, lists of prefixes, words of a command line.
#include "conf/plan.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "conf/blackbox.h"
#include "conf/file.h"
#include "conf/plan_priv.h"
#include "conf/scalar.h"
#include "conf/target_words.h"

#include <stdlib.h>
#include <string.h>

#define PREFIXES_MAX 1000000 // of one list; all routes of the Internet are as many
#define LINE_MOST    1024    // bytes of one line of a list

void plan_init(struct plan *p)
{
	*p = (struct plan){.observers = 1};
}

void plan_target_drop(struct plan_target *t)
{
	free(t->host);
	free(t->name);
	free(t->entity);
	free(t->institution);
	free(t->path);
}

void plan_note(struct plan *p, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text_message(&p->notes, format, args);
	va_end(args);
	text_char(&p->notes, '\n');
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->target_count; i++)
		plan_target_drop(&p->targets[i]);
	free(p->targets);
	free(p->manners);
	free(p->blocks);
	free(p->allow.at);
	free(p->block.at);
	free(p->contact);
	free(p->identity);
	free(p->observer);
	free(p->interface);
	free(p->opt_out_file);
	blackbox_free(p->modules);
	free(p->modules);
	for (size_t i = 0; i < p->list_count; i++)
		free(p->lists[i]);
	free(p->lists);
	entity_list_free(&p->entities);
	text_free(&p->notes);
	*p = (struct plan){0};
}

struct plan_target *plan_target_add(struct plan *p)
{
	if (p->target_count >= PLAN_TARGETS_MAX)
		return NULL;
	alloc_grow((void **)&p->targets, p->target_count, &p->target_capacity, sizeof(*p->targets));
	struct plan_target *t = &p->targets[p->target_count++];
	*t = (struct plan_target){0};
	return t;
}

bool plan_identity_valid(const char *text)
{
	return scalar_host(text);
}

int plan_blackbox(struct plan *p, const char *path, struct plan_error *e)
{
	struct blackbox read;
	int code = blackbox_read(&read, path, e);
	if (code < 0)
		return code;
	text_bytes(&p->notes, text_string(&read.notes), read.notes.length);
	if (!p->modules)
		p->modules = alloc_zero(1, sizeof(*p->modules));
	blackbox_free(p->modules);
	*p->modules = read;
	return 0;
}

static bool plan_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

// The line without its comment and the blanks around it, terminated. Null: it is too long or holds a zero byte.
static const char *plan_line_word(struct cursor line, char ret[LINE_MOST])
{
	const uint8_t *hash = memchr(line.at, '#', cursor_left(&line));
	line.end = hash ? hash : line.end;
	while (cursor_left(&line) && plan_blank(*line.at))
		line.at++;
	while (cursor_left(&line) && plan_blank(line.end[-1]))
		line.end--;
	size_t n = cursor_left(&line);
	if (n >= LINE_MOST || memchr(line.at, 0, n))
		return NULL;
	memcpy(ret, line.at, n);
	ret[n] = '\0';
	return ret;
}

static const char *plan_list_line(struct plan_list *l, const char *word, uint8_t shortest)
{
	struct prefix p;
	const char *why = scalar_prefix(word, &p);
	if (why)
		return why;
	if (p.length < shortest)
		return "allows too much: prefixes shorter than /8 are not taken here";
	if (l->count == PREFIXES_MAX)
		return "is one more than the 1000000 prefixes that a list may have";
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count++] = p;
	return NULL;
}

static void plan_skip_mark(struct cursor *bytes) // the byte order mark that some editors write
{
	if (cursor_left(bytes) >= 3 && memcmp(bytes->at, "\xef\xbb\xbf", 3) == 0)
		bytes->at += 3;
}

struct list_file {
	const char *path;
	uint8_t shortest; // bits
	bool all;	  // goes on behind a line that is wrong
};

// 0; ERR_MALFORMED: the first line that is wrong is told.
static int plan_list_lines(struct plan_list *l, const struct list_file *f, struct cursor rest, struct plan_error *e)
{
	struct cursor line;
	struct plan_error later = {.text = ""};
	int code = 0;
	plan_skip_mark(&rest);
	for (uint32_t number = 1; (code == 0 || f->all) && file_line(&rest, &line); number++) {
		char buffer[LINE_MOST];
		const char *word = plan_line_word(line, buffer);
		const char *why = word && *word ? plan_list_line(l, word, f->shortest) : NULL;
		struct plan_error *to = code == 0 ? e : &later;
		if (!word)
			code = file_wrong(to, f->path, number, "a line of more than 1023 bytes, or with a zero byte");
		if (why)
			code = file_wrong(to, f->path, number, "'%.80s' %s", buffer, why);
	}
	return code;
}

static int plan_list_fill(struct plan_list *l, const struct list_file *f, struct plan_error *e)
{
	struct cursor bytes;
	size_t before = l->count;
	int code = file_read(f->path, PLAN_FILE_MAX, &bytes, e);
	if (code < 0)
		return code;
	code = plan_list_lines(l, f, bytes, e);
	if (code < 0 && !f->all)
		l->count = before; // a list that is half read would allow or block what nobody chose
	file_drop(&bytes);
	return code;
}

int plan_list_above(struct plan_list *l, const char *path, uint8_t shortest, struct plan_error *e)
{
	return plan_list_fill(l, &(struct list_file){.path = path, .shortest = shortest}, e);
}

int plan_list_salvage(struct plan_list *l, const char *path, struct plan_error *e)
{
	return plan_list_fill(l, &(struct list_file){.path = path, .all = true}, e);
}

int plan_list_read(struct plan_list *l, const char *path, struct plan_error *e)
{
	return plan_list_above(l, path, 0, e);
}

int plan_word(struct plan *p, const char *word, struct plan_error *e)
{
	must(p && word && e);
	return plan_word_as(p, word, NULL, e);
}

int plan_word_as(struct plan *p, const char *word, const char *module, struct plan_error *e)
{
	struct text why = {0};
	const char *wrong = target_words_add(p, &(struct target_words_words){.place = word, .module = module}, &why);
	int code = 0;
	if (wrong)
		code = file_wrong(e, word, 0, "%s", wrong);
	text_free(&why);
	return code;
}

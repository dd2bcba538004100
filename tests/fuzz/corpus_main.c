// SPDX-License-Identifier: ISC
// Runs a fuzz target without libFuzzer: `target FOLDER` hands it every file of the folder, every truncation of
// it (of files over 4 KiB a sample) and 2,000 mutations of it, each ending right before a page that must not
// be touched. The mutations' seed is printed and can be given as LACUNA_SEED.
#include "target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX (1u << 20)
#ifndef MUTATIONS
#define MUTATIONS 2000
#endif
#define MUTATION_WORK (64u << 20) // bytes of one file's mutations, so that a large file does not take all day
#ifndef TRUNCATIONS
#define TRUNCATIONS 4096
#endif

static uint8_t *wall;
static uint8_t seed_bytes[FILE_MAX], mutant[FILE_MAX];

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static void build_wall(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *pages = mmap(NULL, FILE_MAX + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED || mprotect(pages + FILE_MAX, page, PROT_NONE) != 0)
		die("mmap");
	wall = pages + FILE_MAX;
}

static void run(const uint8_t *bytes, size_t n)
{
	memcpy(wall - n, bytes, n);
	LLVMFuzzerTestOneInput(wall - n, n);
}

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u; // splitmix64
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static size_t load(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = file < 0 ? -1 : read(file, seed_bytes, sizeof(seed_bytes));
	if (n < 0 || n == FILE_MAX)
		die(path);
	close(file);
	return (size_t)n;
}

// One to six edits: a byte, a bit, a run cut out, a run doubled.
static size_t mutate(size_t n, uint64_t *state)
{
	memcpy(mutant, seed_bytes, n);
	for (uint64_t edits = 1 + next_random(state) % 6; edits-- && n;) {
		uint64_t r = next_random(state);
		size_t at = (size_t)(r >> 32) % n, run_length = 1 + (size_t)(r >> 16 & 15);
		if (run_length > n - at)
			run_length = n - at;
		switch (r & 7) {
		case 0:
			memmove(mutant + at, mutant + at + run_length, n - at - run_length);
			n -= run_length;
			break;
		case 1:
			if (n + run_length > FILE_MAX)
				break;
			memmove(mutant + at + run_length, mutant + at, n - at);
			n += run_length;
			break;
		case 2:
		case 3:
			mutant[at] ^= (uint8_t)(1 << (r >> 8 & 7));
			break;
		default:
			mutant[at] = (uint8_t)(r >> 8);
		}
	}
	return n;
}

static void run_file(const char *path, uint64_t seed)
{
	size_t n = load(path), step = n > TRUNCATIONS ? n / TRUNCATIONS + 1 : 1;
	run(seed_bytes, n);
	for (size_t cut = 0; cut < n; cut += step)
		run(seed_bytes, cut);
	size_t rounds = n ? MUTATION_WORK / n : 1;
	for (size_t i = 0; i < MUTATIONS && i < rounds; i++)
		run(mutant, mutate(n, &seed));
}

int main(int argc, char **argv)
{
	const char *given = getenv("LACUNA_SEED");
	struct timespec now;
	unsigned files = 0;
	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 20;
	printf("LACUNA_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	build_wall();
	struct dirent **entries;
	int count = scandir(argv[1], &entries, NULL, alphasort);
	if (count < 0 || chdir(argv[1]) != 0)
		die(argv[1]);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			printf("%s\n", entries[i]->d_name);
			fflush(stdout);
			run_file(entries[i]->d_name, seed);
			files++;
		}
		free(entries[i]);
	}
	free(entries);
	printf("%u files\n", files);
	return files ? 0 : 1;
}

// SPDX-License-Identifier: ISC
// Runs one command with its output thrown away and writes what it cost, as one line of JSON, into a file. A small
// program of its own because the kernel counts the memory of whoever starts a program into that program's peak.
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void child(char **command)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(126);
	execvp(command[0], command);
	_exit(127);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: measure RESULT COMMAND [ARGUMENT]...\n");
		return 2;
	}
	double start = now();
	pid_t pid = fork();
	if (pid == 0)
		child(argv + 2);
	int status = 0;
	struct rusage used;
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0) {
		perror("measure");
		return 4;
	}
	double wall = now() - start;
	FILE *out = fopen(argv[1], "we");
	if (!out) {
		perror(argv[1]);
		return 4;
	}
	fprintf(out, "{\"status\":%d,\"wall_s\":%.6f,\"user_s\":%.6f,\"system_s\":%.6f,\"peak_bytes\":%ld}\n",
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), wall, seconds(used.ru_utime),
		seconds(used.ru_stime), used.ru_maxrss * 1024);
	return fclose(out) ? 4 : 0;
}

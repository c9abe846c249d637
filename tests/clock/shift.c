/* Loaded in front of the C library: the wall clock is off by the seconds that the file of SHIFT holds,
 * looked up anew each time, as if somebody set the clock of the machine. Other clocks are left alone. */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    const char *path = getenv("SHIFT");
    if (result == 0 && clock == CLOCK_REALTIME && path != NULL) {
        FILE *file = fopen(path, "r");
        long seconds = 0;
        if (file != NULL) {
            if (fscanf(file, "%ld", &seconds) == 1) {
                time->tv_sec += seconds;
            }
            fclose(file);
        }
    }
    return result;
}

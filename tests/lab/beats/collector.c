/*
 * Watches the heartbeats of all guests from outside and writes down every silence, and how far their work got when.
 *
 *   collector OUTDIR HOST=DIR...
 *
 * A guest writes one byte each millisecond to its debug port; its QEMU appends it to NAME.beat in a folder that
 * belongs to the host it runs on. So the folder in which a file grows tells where the guest runs, and the
 * time between two growths is the silence. Nothing inside the guest could measure this: its clock stops with it.
 *
 * OUTDIR/NAME.beats gets one line for each event, times in ms of the epoch at its end:
 *   <time> start <host>               first beat
 *   <time> gap <host> <ms>            silent for 5 ms or more
 *   <time> move <from> <to> <ms>      the guest now beats on another host: <ms> is the blackout
 *   <time> both <host> <host>         it beats on two hosts at once: two copies of one guest are running
 *
 * Twice a second a guest's console, OUTDIR/NAME.console, says how many pages it has written so far (guest/init.c).
 * OUTDIR/NAME.work gets the time outside when that line was complete, and the pages:
 *   <time> <pages>
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#define MAX_HOSTS 9
#define MAX_GUESTS 256
#define GAP_MS 5
#define BOTH_MS 100              /* beats on two hosts within this time cannot be a move there and back */
#define KEEP_BEATS 262144        /* the beat files would grow by 3.6 MB an hour */

static struct { const char *name, *dir; int watch; } hosts[MAX_HOSTS];
static int host_count;

static struct guest {
    char name[NAME_MAX + 1];
    int host;                    /* where it beat last */
    int64_t last, said_both;     /* ms of the monotonic clock */
    int64_t on[MAX_HOSTS];       /* last beat on each host */
    long beats;
} guests[MAX_GUESTS];
static int guest_count;

static struct console {
    char name[NAME_MAX + 1];     /* of the guest */
    off_t at;                    /* read up to here */
    char line[200];
    size_t length;
} consoles[MAX_GUESTS];
static int console_count;

static const char *out;
static int out_watch;

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

__attribute__((format(printf, 2, 3)))
static void say(const struct guest *g, const char *format, ...)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%.*ss", out, (int)sizeof g->name, g->name);
    FILE *f = fopen(path, "a");
    if (!f)
        return;
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    fprintf(f, "%lld ", (long long)clock_ms(CLOCK_REALTIME));
    vfprintf(f, format, arguments);
    fputc('\n', f);
    fclose(f);
    __builtin_va_end(arguments);
}

static struct guest *find(const char *name, int add)
{
    for (int i = 0; i < guest_count; i++)
        if (!strcmp(guests[i].name, name))
            return &guests[i];
    if (!add || guest_count == MAX_GUESTS)
        return NULL;
    struct guest *g = &guests[guest_count++];
    memset(g, 0, sizeof *g);
    strncpy(g->name, name, sizeof g->name - 1);
    return g;
}

static void beat(struct guest *g, int host)
{
    int64_t now = clock_ms(CLOCK_MONOTONIC), silent = now - g->last;
    if (!g->last) {
        say(g, "start %s", hosts[host].name);
    } else if (host != g->host && g->on[host] && now - g->on[host] < BOTH_MS) {
        if (now - g->said_both >= 1000) {
            say(g, "both %s %s", hosts[g->host].name, hosts[host].name);
            g->said_both = now;
        }
    } else if (host != g->host) {
        say(g, "move %s %s %lld", hosts[g->host].name, hosts[host].name, (long long)silent);
    } else if (silent >= GAP_MS) {
        say(g, "gap %s %lld", hosts[host].name, (long long)silent);
    }
    g->host = host;
    g->last = g->on[host] = now;
    if (++g->beats % KEEP_BEATS == 0) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", hosts[host].dir, g->name);
        if (truncate(path, 0))   /* QEMU appends: the next byte goes to the new end */
            perror(path);
    }
}

/* A line of a console is complete: was it a report? */
static void line(const struct console *c)
{
    unsigned long long pages;
    char path[PATH_MAX];
    if (sscanf(c->line, "TICK %*u %*s lost=%*u work=%llu ", &pages) != 1)
        return;
    snprintf(path, sizeof path, "%s/%s.work", out, c->name);
    FILE *f = fopen(path, "a");
    if (!f)
        return;
    fprintf(f, "%lld %llu\n", (long long)clock_ms(CLOCK_REALTIME), pages);
    fclose(f);
}

static void read_console(struct console *c)
{
    char path[PATH_MAX], text[4096];
    snprintf(path, sizeof path, "%s/%s.console", out, c->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (c->at < 0)               /* seen for the first time: what it said before has no time */
        c->at = lseek(fd, 0, SEEK_END);
    for (ssize_t n; (n = pread(fd, text, sizeof text, c->at)) > 0; c->at += n)
        for (ssize_t i = 0; i < n; i++) {
            if (text[i] == '\n') {
                c->line[c->length] = 0;
                line(c);
                c->length = 0;
            } else if (c->length < sizeof c->line - 1) {
                c->line[c->length++] = text[i];
            }
        }
    close(fd);
}

static void console_event(const struct inotify_event *e, size_t length)
{
    const size_t ending = strlen(".console");
    if (length <= ending || strcmp(e->name + length - ending, ".console"))
        return;
    length -= ending;
    int i = 0;
    while (i < console_count && (strncmp(consoles[i].name, e->name, length) || consoles[i].name[length]))
        i++;
    if (e->mask & IN_DELETE) {
        if (i < console_count)
            consoles[i] = consoles[--console_count];
        return;
    }
    if (i == MAX_GUESTS)
        return;
    if (i == console_count) {
        memset(&consoles[i], 0, sizeof consoles[i]);
        memcpy(consoles[i].name, e->name, length);
        consoles[i].at = -1;
        console_count++;
    }
    read_console(&consoles[i]);
}

static void event(const struct inotify_event *e)
{
    size_t length = e->len ? strlen(e->name) : 0;
    if (e->wd == out_watch) {
        console_event(e, length);
        return;
    }
    if (length < 6 || strcmp(e->name + length - 5, ".beat"))
        return;
    struct guest *g = find(e->name, e->mask & IN_MODIFY);
    if (!g)
        return;
    if (e->mask & IN_DELETE) {   /* `lab vm` and `lab destroy` remove the files: a guest of that name is a new one */
        *g = guests[--guest_count];
        return;
    }
    for (int h = 0; h < host_count; h++)
        if (hosts[h].watch == e->wd)
            beat(g, h);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s OUTDIR HOST=DIR...\n", argv[0]);
        return 2;
    }
    /* Ahead of the QEMUs it watches, or a busy machine would look like a silent guest. Harmless if refused. */
    struct sched_param first = { 1 };
    sched_setscheduler(0, SCHED_FIFO, &first);

    out = argv[1];
    int fd = inotify_init1(IN_CLOEXEC);
    for (int i = 2; i < argc && host_count < MAX_HOSTS; i++, host_count++) {
        char *dir = strchr(argv[i], '=');
        if (!dir) {
            fprintf(stderr, "%s: expected HOST=DIR\n", argv[i]);
            return 2;
        }
        *dir++ = 0;
        hosts[host_count].name = argv[i];
        hosts[host_count].dir = dir;
        hosts[host_count].watch = inotify_add_watch(fd, dir, IN_MODIFY | IN_DELETE);
        if (hosts[host_count].watch < 0) {
            perror(dir);
            return 1;
        }
    }
    out_watch = inotify_add_watch(fd, out, IN_MODIFY | IN_DELETE);
    if (out_watch < 0) {
        perror(out);
        return 1;
    }
    char buffer[64 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        for (char *p = buffer; p < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)p;
            event(e);
            p += sizeof *e + e->len;
        }
    return 1;
}

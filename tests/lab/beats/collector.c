/*
 * Watches the heartbeats of all guests from outside and writes down every silence.
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
 */
#define _GNU_SOURCE
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

static const char *out;

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

static void event(const struct inotify_event *e)
{
    size_t length = e->len ? strlen(e->name) : 0;
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
    char buffer[64 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        for (char *p = buffer; p < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)p;
            event(e);
            p += sizeof *e + e->len;
        }
    return 1;
}

#requires -Version 7.6
# What one sample of a running migration costs: progress, time left and its words, stall detection, and the schedule's decision. Against
# reading one answer of QEMU's query-migrate, which whoever watches a migration does first. Allowed are 5 microseconds a sample.
param([int] $Rounds = 9, [int] $Samples = 200000)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')

# A loop in the shell would measure the shell.
$engine = [VirtMigration.Convergence.ScheduleController].Assembly.Location
Add-Type -ReferencedAssemblies $engine, 'System.Runtime', 'System.Collections', 'System.Linq', 'System.Text.Json', 'System.Memory', 'System.Diagnostics.Process', 'System.ComponentModel.Primitives' -TypeDefinition @'
using System;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using VirtMigration.Convergence;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

public static class ControllerBenchmark
{
    private const long MiB = 1 << 20;

    // A guest that never gets there: passes of 5 s that begin with 600 to 680 MiB, looked at four times a second.
    private static readonly MigrationCounters[] s_counters = Enumerable.Range(0, 20000).Select(i => new MigrationCounters
    {
        Elapsed = TimeSpan.FromMilliseconds(250 * i),
        Iteration = 1 + (i / 20),
        MemoryTotal = new ByteSize(4096 * MiB),
        MemoryRemaining = new ByteSize((600 + (i / 20 * 37 % 80) - (i % 20 * 25)) * MiB),
        MemoryProcessed = new ByteSize(25L * i * MiB),
        MemoryRate = Bandwidth.FromMebibytesPerSecond(100),
        DirtyRate = Bandwidth.FromMebibytesPerSecond(120),
        Downtime = TimeSpan.FromMilliseconds(5600),
        Throttle = 40,
    }).ToArray();

    private static readonly ConvergenceStep[] s_schedule =
        BuiltInPolicies.MinimalDowntime.Schedule.Take(5).Append(ConvergenceStep.Parse("after 90000s and stalled for 40s: post-copy")).ToArray();

    private static readonly ConvergenceStep[] s_deadlines =
        { ConvergenceStep.Parse("after 24h: abort"), ConvergenceStep.Parse("after 90000s and stalled for 60s: abort") };

    public static double Sample(int times)
    {
        ScheduleController controller = null;
        ProgressEstimator estimator = null;
        int words = 0;
        TimeSpan before = Used();
        for (int i = 0; i < times; i++)
        {
            int at = i % s_counters.Length;
            if (at == 0)
            {
                controller = new ScheduleController(s_schedule, s_deadlines, TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeProvider.System);
                estimator = new ProgressEstimator("db1", "h1", "h2", TimeProvider.System);
            }

            MigrationCounters counters = s_counters[at];
            words += estimator.Sample(counters, controller.Outlook(counters.Iteration)).Outlook.Length;
            controller.Due(ScheduleMoment.Of(counters));
        }

        TimeSpan used = Used() - before;
        if (words < 20 * times) throw new InvalidOperationException("the samples say nothing");
        return used.TotalMicroseconds / times;
    }

    // Processor time: what a sample costs, whatever else the machine does.
    private static TimeSpan Used()
    {
        using (var process = Process.GetCurrentProcess()) return process.TotalProcessorTime;
    }

    public static double Parse(string answer, int times)
    {
        TimeSpan before = Used();
        for (int i = 0; i < times; i++)
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.GetProperty("return").GetProperty("ram").GetProperty("remaining").GetInt64() == 0) throw new InvalidOperationException("the answer is wrong");
        }

        return (Used() - before).TotalMicroseconds / times;
    }
}
'@
$answer = '{"return":{"expected-downtime":5600,"status":"active","setup-time":111,"total-time":41593,"ram":{"total":537411584,"postcopy-requests":0,"dirty-sync-count":8,"multifd-bytes":0,"pages-per-second":11490,"downtime-bytes":0,"page-size":4096,"remaining":269320192,"postcopy-bytes":0,"mbps":374.2,"transferred":1828454400,"dirty-sync-missed-zero-copy":0,"precopy-bytes":1828454400,"duplicate":45595,"dirty-pages-rate":11465,"skipped":0,"normal-bytes":1826816000,"normal":446000}},"id":"libvirt-431"}'

$null = [ControllerBenchmark]::Sample($Samples), [ControllerBenchmark]::Parse($answer, $Samples / 10)
$pair = Measure-Pair -Rounds $Rounds -Ours { [ControllerBenchmark]::Sample($Samples) / 1000 } -Rival { [ControllerBenchmark]::Parse($answer, $Samples / 10) / 1000 }
'one sample: {0:0.00} microseconds (allowed: 5); reading an answer of {1} bytes: {2:0.00} microseconds' -f ($pair.Ours * 1000), $answer.Length, ($pair.Rival * 1000)
Write-Ratio 'estimate, stall detection and schedule' ($pair.Ours * 1000) 'JsonDocument.Parse of query-migrate' ($pair.Rival * 1000) 1.0 -Unit 'us'

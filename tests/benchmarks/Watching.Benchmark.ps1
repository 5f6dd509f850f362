#requires -Version 7.6
# What watching costs: 20 slow migrations at once, ten each way, all driven by this process as Start-VmLiveMigration does it: samples, time
# left, stall detection, schedule, sample log. Its processor time over -Seconds, in percent of a core; allowed are 2. Rivals in the same
# run: 20 `virsh domjobinfo` a second, as processes, and as commands to one virsh for each host that stays open. Needs the lab.
param([int] $Migrations = 20, [int] $Seconds = 20)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')
$lab = Join-Path $PSScriptRoot '../lab/lab'
$uris = @{ h1 = 'qemu+tcp://10.77.0.11/system'; h2 = 'qemu+tcp://10.77.0.12/system' }
# Ten from each host: libvirtd serves 20 calls at once, and one that migrates is such a call.
$guests = @(foreach ($i in 1..$Migrations) { [pscustomobject]@{ Name = "bench-watch$i"; From = $i % 2 ? 'h1' : 'h2'; To = $i % 2 ? 'h2' : 'h1' } })

# The queue holds to the slots of a host, which are fewer; the runner itself does not.
$folder = Split-Path ([VirtMigration.Convergence.ScheduleController].Assembly.Location)
$assemblies = Get-ChildItem $folder/VirtMigration.*.dll | ForEach-Object FullName
foreach ($one in $assemblies) { $null = [Reflection.Assembly]::LoadFrom($one) }
Add-Type -ReferencedAssemblies (@($assemblies) + 'System.Runtime', 'System.Collections', 'System.Linq', 'System.Threading', 'System.Diagnostics.Process', 'System.ComponentModel.Primitives') -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using VirtMigration.Units;

public sealed class WatchingBenchmark : IProgress<MigrationSample>
{
    private readonly CancellationTokenSource _stop = new CancellationTokenSource();
    private readonly List<Task<MigrationResult>> _running = new List<Task<MigrationResult>>();
    private readonly HashSet<string> _seen = new HashSet<string>();
    private int _samples;

    public int Samples => _samples;

    public int Seen { get { lock (_seen) return _seen.Count; } }

    public int Ended => _running.Count(one => one.IsCompleted);

    public static double Used()
    {
        using (var process = Process.GetCurrentProcess()) return process.TotalProcessorTime.TotalMilliseconds;
    }

    public void Start(string clusterFolder, string[] guests, string[] destinations)
    {
        var hypervisor = LibvirtHypervisor.Create();
        var registry = new HostRegistry(new ClusterFile(clusterFolder));
        var options = new PlanOptions { Policy = BuiltInPolicies.MinimalDowntime, Bandwidth = Bandwidth.FromMebibytesPerSecond(1) };
        for (int i = 0; i < guests.Length; i++)
        {
            string name = guests[i];
            var vm = new InventoryReader(hypervisor, registry).FindAsync(VmReference.Parse(name), other => other == name, CancellationToken.None).Result;
            var run = new PlanMaker(hypervisor, registry, "bench@lab").MakeAsync(vm, options with { Destination = destinations[i] }, CancellationToken.None).Result;
            _running.Add(Task.Run(() => new MigrationRunner(TimeProvider.System).RunAsync(run, this, _stop.Token)));
        }
    }

    public void Report(MigrationSample sample)
    {
        Interlocked.Increment(ref _samples);
        if (sample.Phase == MigrationPhase.PreCopy && sample.Sent.Bytes > 0)
        {
            lock (_seen) _seen.Add(sample.VM);
        }
    }

    public string[] Stop()
    {
        _stop.Cancel();
        return _running.Select(one => { try { return one.Result.EndState.ToString(); } catch (AggregateException error) { return error.InnerException.Message; } }).ToArray();
    }
}
'@

# Processor time of all processes that this one started and that have ended, in ms (proc(5), the 16th and 17th field).
function Get-ChildTime {
    $fields = (Get-Content "/proc/$PID/stat" -Raw) -replace '^.*\) ', '' -split ' '
    ([long]$fields[13] + [long]$fields[14]) * 10
}

function Get-ProcessTime($Process) {
    $Process.Refresh()
    $Process.TotalProcessorTime.TotalMilliseconds
}

$shells = @{}
$watch = $null
try {
    $guests | ForEach-Object -ThrottleLimit 4 -Parallel {
        $PSNativeCommandUseErrorActionPreference = $true
        $ErrorActionPreference = 'Stop'
        & $using:lab destroy $_.Name
        & $using:lab vm $_.Name --on $_.From --memory 144MiB --workingset 48MiB 2>$null
        # Standing, it takes no processor time from what is measured, and has its memory filled.
        virsh -q -c ($using:uris)[$_.From] suspend $_.Name | Out-Null
    }

    $watch = [WatchingBenchmark]::new()
    $watch.Start($env:VIRTMIGRATION_HOME, $guests.Name, $guests.To)
    $until = [DateTime]::UtcNow.AddSeconds(60)
    while ($watch.Seen -lt $Migrations -and [DateTime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 200 }
    if ($watch.Seen -lt $Migrations) { throw "$($watch.Seen) of $Migrations migrations were under way within 60 s, $($watch.Ended) have ended." }

    # The first ten seconds of a migration are looked at more closely.
    foreach ($period in 'first', 'later') {
        if ($period -eq 'later') { Start-Sleep 1 }
        $length = $period -eq 'first' ? 5 : $Seconds
        $samples, $used, $clock = $watch.Samples, [WatchingBenchmark]::Used(), [Diagnostics.Stopwatch]::StartNew()
        [Threading.Thread]::Sleep($length * 1000)
        $percent = ([WatchingBenchmark]::Used() - $used) / $clock.Elapsed.TotalMilliseconds * 100
        $taken = $watch.Samples - $samples
        if ($period -eq 'first') {
            'the first seconds: {0:0.00} % of a core, {1:0} samples a second' -f $percent, ($taken / $clock.Elapsed.TotalSeconds)
            # Until all of them are past their first ten seconds.
            Start-Sleep 8
        }
    }

    $ended = $watch.Ended
    if ($ended) { throw "$ended migrations ended while they were measured." }
    'watching {0} migrations: {1:0.00} % of a core over {2} s (allowed: 2), {3:0} samples a second: {4}' -f $Migrations, $percent, $Seconds,
        ($taken / $Seconds), ($percent -lt 2 ? 'within' : 'MISSED') | Tee-Object -Variable verdict

    # The rivals, each for a few rounds while the same migrations run.
    $rounds = 3
    $before = Get-ChildTime
    foreach ($round in 1..$rounds) { foreach ($one in $guests) { virsh -q -c $uris[$one.From] domjobinfo $one.Name | Out-Null } }
    $processes = (Get-ChildTime) - $before
    foreach ($name in $uris.Keys) {
        $start = [Diagnostics.ProcessStartInfo]::new('virsh', "-q -c $($uris[$name])")
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $shells[$name] = [Diagnostics.Process]::Start($start)
        $null = $shells[$name].StandardOutput.ReadToEndAsync()
    }

    Start-Sleep 1
    $before = ($shells.Values | ForEach-Object { Get-ProcessTime $_ } | Measure-Object -Sum).Sum
    foreach ($round in 1..10) {
        foreach ($one in $guests) { $shells[$one.From].StandardInput.WriteLine("domjobinfo $($one.Name)") }
        Start-Sleep 1
    }

    $open = ($shells.Values | ForEach-Object { Get-ProcessTime $_ } | Measure-Object -Sum).Sum - $before
    Write-Ratio "watching $Migrations" $percent "$Migrations virsh domjobinfo a second" ($processes / $rounds / 10) 0.1 -Unit '%'
    # Those only ask; what is watched is estimated, judged and steered too.
    Write-Ratio "watching $Migrations" $percent 'the same as commands to open virsh' ($open / 100) 2.0 -Unit '%'
}
finally {
    foreach ($shell in $shells.Values) { $shell.Kill(); $shell.Dispose() }
    if ($watch) { 'stopped: {0}' -f (($watch.Stop() | Group-Object | ForEach-Object { "$($_.Count) $($_.Name)" }) -join ', ') }
    foreach ($one in $guests) { & $lab destroy $one.Name }
}

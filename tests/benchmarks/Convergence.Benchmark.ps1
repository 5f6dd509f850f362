#requires -Version 7.6
# How each policy ends with guests that write 0.2, 0.8, 1.2 and 3 times what the link carries: a table of policy by load, with the time,
# the downtime as libvirt says, the blackout as the guest's heartbeat shows it, and the work that the guest lost while it migrated. The
# rival is plain pre-copy with a fixed downtime of 300 ms (`virsh migrate`), stopped after -Bound.
# It takes some 25 min on an idle machine; parts of it: -Policies PostCopy,Fixed -Loads 3. The rows go to out/convergence.csv too, and in
# short to out/convergence.md; those of earlier parts stay in it with -Append. Ends with 1 if a policy did not end as its schedule
# promises. Needs the lab, for itself.
param(
    [string[]] $Policies = @('MinimalDowntime', 'SuspendWorkloadIfNeeded', 'PostCopy', 'VeryLarge', 'Pausing', 'Stalled', 'Fixed'),
    [string[]] $Loads = @('0.2', '0.8', '1.2', '3'),
    [ValidateRange(10, 1000)] [int] $LinkMegabits = 100,
    [int] $WorkingSetMebibytes = 64,
    [int] $Bound = 60,
    [switch] $Append
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')
$lab = Join-Path $PSScriptRoot '../lab/lab'
$csv = Join-Path $PSScriptRoot '../../out/convergence.csv'
$guest = 'bench-load'
$uris = @{ h1 = 'qemu+tcp://10.77.0.11/system'; h2 = 'qemu+tcp://10.77.0.12/system' }
# So many seconds of the guest's own work are measured before each migration, to tell afterwards what it lost.
$own = 5

# From the command line of a process a list comes as one word.
$Policies = @($Policies -split ',')
$Loads = @($Loads -split ',')

# Policies of our own: the techniques that no built-in one uses.
$added = @{
    Pausing = @{ Schedule = 'pass 3: downtime 300ms', 'then: pause up to 60s', 'then: abort' }
    Stalled = @{ Schedule = @('stalled for 10s: finish') }
}
$labels = @{ Pausing = 'pause (pass 3, then)'; Stalled = 'stalled for 10s: finish'; Fixed = "virsh, fixed 300 ms" }

function Get-Now { [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() }

# The figures of a line of name=value words.
function Get-Figure([string] $Line, [string] $Name) {
    if ($Line -match "(?:^| )$Name=(-?[\d.]+)") { [double]::Parse($Matches[1], [cultureinfo]::InvariantCulture) }
}

function Get-Place {
    foreach ($name in $uris.Keys) {
        if ((virsh -q -c $uris[$name] list --name) -contains $guest) { $name }
    }
}

# One migration by the product.
function Move-ByPolicy([string] $Policy, [string] $To) {
    $name = $added.ContainsKey($Policy) ? "bench-$Policy" : $Policy
    $result = Start-VmLiveMigration $guest $To -Policy $name -Confirm:$false -ErrorAction SilentlyContinue -WarningAction SilentlyContinue -ProgressAction SilentlyContinue
    $gaveUp = $result.ErrorId -eq 'MigrationNotConverging'
    [pscustomobject]@{
        Ended    = $result.EndState -eq 'Moved' ? 'Moved' : $gaveUp ? 'Stayed: gave up' : "$($result.EndState): $($result.ErrorId)"
        Moved    = $result.EndState -eq 'Moved'
        # The last step was taken, and only then the abort that follows it.
        GaveUp   = $result.EndState -eq 'Stayed' -and $gaveUp -and (Test-LastStep $result)
        Total    = ($result.TotalTime ?? $result.Duration).TotalMilliseconds
        # Where the VM stayed there was none.
        Downtime = $result.Downtime ? $result.Downtime.TotalMilliseconds : $null
        Passes   = $result.Passes
        Throttle = $result.MaxThrottle
        Actions  = @($result.Actions | ForEach-Object Action) -join '; '
    }
}

function Test-LastStep($Result) {
    $downtimes = @($Result.Plan.Schedule | Where-Object { $_.Downtime } | ForEach-Object { $_.Downtime.TotalMilliseconds })
    $taken = @($Result.Actions | ForEach-Object Action)
    $last = [TimeSpan]::FromMilliseconds($downtimes[-1])
    $text = 'downtime limit {0}' -f ($last.TotalMilliseconds -lt 1000 ? "$($last.TotalMilliseconds) ms" : "$($last.TotalSeconds) s")
    $taken.Count -ge 2 -and $taken[-1] -eq 'abort' -and $taken -contains $text
}

# One migration by the rival, stopped when the bound is over.
function Move-ByVirsh([string] $From, [string] $To) {
    virsh -q -c $uris[$From] migrate-setmaxdowntime $guest 300 | Out-Null
    # What it says when it is stopped; the shell refuses one and the same file for both streams.
    $said = New-TemporaryFile
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $virsh = Start-Process virsh -PassThru -RedirectStandardError $said -RedirectStandardOutput /dev/null -ArgumentList '-q', '-c', $uris[$From], 'migrate',
        '--live', '--p2p', '--persistent', '--undefinesource', '--bandwidth', '1192', $guest, $uris[$To]
    $text = ''
    if (-not $virsh.WaitForExit($Bound * 1000)) {
        $text = virsh -q -c $uris[$From] domjobinfo $guest | Out-String
        virsh -q -c $uris[$From] domjobabort $guest | Out-Null
        $virsh.WaitForExit()
    }

    $time = $watch.Elapsed.TotalMilliseconds
    Remove-Item $said
    $moved = (Get-Place) -eq $To
    if ($moved) { $text = virsh -q -c $uris[$To] domjobinfo --completed $guest | Out-String }
    [pscustomobject]@{
        Ended    = $moved ? 'Moved' : "not within $Bound s"
        Moved    = $moved
        GaveUp   = $false
        Total    = $text -match 'Time elapsed:\s+(\d+)' -and $moved ? [double]$Matches[1] : $time
        Downtime = $moved -and $text -match 'Total downtime:\s+(\d+)' ? [double]$Matches[1] : $null
        Passes   = $text -match 'Iteration:\s+(\d+)' ? [int]$Matches[1] : $null
        Throttle = $null
        Actions  = ''
    }
}

# Whether it ended as its schedule promises. A guest that writes less than a quarter of the link moves with any of them.
function Test-Promise([string] $Policy, [double] $Load, $Run) {
    if ($Load -lt 0.25 -or $Policy -in 'PostCopy', 'Pausing', 'Stalled') { $Run.Moved }
    elseif ($Policy -eq 'Fixed') { $Load -lt 1 -or -not $Run.Moved }
    else { $Run.Moved -or $Run.GaveUp }
}

function Format-Time($Milliseconds) {
    $null -eq $Milliseconds ? '-' : $Milliseconds -lt 9999.5 ? ('{0:0} ms' -f $Milliseconds) : ('{0:0.0} s' -f ($Milliseconds / 1000))
}

$format = '{0,-24}{1,-5}{2,-17}{3,-5}{4,8}{5,10}{6,10}{7,14}{8,7}'
function Write-Row($Row) {
    $format -f $Row.Policy, $Row.Load, $Row.Ended, $Row.AsPromised, (Format-Time $Row.TotalMs), (Format-Time $Row.DowntimeMs), (Format-Time $Row.BlackoutMs),
    ('{0:0.0} s ({1:0} %)' -f ($Row.LostWorkMs / 1000), $Row.LostWorkPercent), ($Row.Passes ?? '-') | Out-Host
}

function Measure-Cell([string] $Policy, [string] $Load) {
    $from = Get-Place
    $to = $from -eq 'h1' ? 'h2' : 'h1'
    Start-Sleep $own
    $since = Get-Now
    $run = $Policy -eq 'Fixed' ? (Move-ByVirsh $from $to) : (Move-ByPolicy $Policy $to)
    $until = Get-Now
    $work = & $lab work $guest --since $since --until $until
    $longest = Get-Figure (& $lab blackout $guest --since $since) longest
    $blackout = $run.Moved ? (Get-Figure (& $lab blackout $guest) blackout) : $longest
    $check = & $lab check $guest
    if ($check -notmatch '^lost=0 ') { throw "${Policy} at ${Load}: $check" }
    if (@(Get-Place).Count -ne 1) { throw "${Policy} at ${Load}: $guest runs on '$(Get-Place)'." }
    [pscustomobject]@{
        Policy          = $labels[$Policy] ?? $Policy
        Load            = $Load
        Ended           = $run.Ended
        AsPromised      = (Test-Promise $Policy $Load $run) ? 'yes' : 'NO'
        TotalMs         = $run.Total
        DowntimeMs      = $run.Downtime
        BlackoutMs      = $blackout
        LongestMs       = $longest
        LostWorkMs      = Get-Figure $work 'lost-work'
        LostWorkPercent = Get-Figure $work percent
        RateMiBs        = Get-Figure $work rate
        Passes          = $run.Passes
        MaxThrottle     = $run.Throttle
        Actions         = $run.Actions
    }
}

$rows = [Collections.Generic.List[object]]::new()
try {
    foreach ($one in $Policies.Where{ $added.ContainsKey($_) }) {
        Get-VmMigrationPolicy | Where-Object Name -EQ "bench-$one" | Remove-VmMigrationPolicy -Confirm:$false
        $null = New-VmMigrationPolicy "bench-$one" -Schedule $added[$one].Schedule -InitialDowntime 100ms -StepInterval '2s' -MaxConcurrent 1
    }

    'A link of {0} Mbit/s = {1:0.0} MiB/s; a guest that writes {2} MiB over and over.' -f $LinkMegabits, ($LinkMegabits * 1e6 / 8 / 1MB), $WorkingSetMebibytes | Out-Host
    $format -f 'policy', 'load', 'ended', 'as', 'total', 'downtime', 'blackout', 'lost work', 'passes' | Out-Host
    $format -f '', '', '', 'said', '', '(libvirt)', '(guest)', '', '' | Out-Host
    foreach ($load in $Loads) {
        $kibibytes = [int]([double]::Parse($load, [cultureinfo]::InvariantCulture) * $LinkMegabits * 1e6 / 8 / 1KB)
        & $lab destroy $guest
        & $lab vm $guest --on h1 --memory "$($WorkingSetMebibytes + 128)MiB" --workingset "${WorkingSetMebibytes}MiB" --dirty "${kibibytes}KiB/s" 2>$null
        & $lab link h1 --rate "${LinkMegabits}mbit"
        foreach ($policy in $Policies) {
            $row = Measure-Cell $policy $load
            Write-Row $row
            if ($row.RateMiBs * 1024 -lt 0.9 * $kibibytes) { throw "The guest writes $($row.RateMiBs) MiB/s, which is not $load times the link." }
            $rows.Add($row)
        }

        & $lab link h1 --up
    }
}
finally {
    & $lab link h1 --up
    & $lab destroy $guest
    Get-VmMigrationPolicy | Where-Object Name -Like 'bench-*' | Remove-VmMigrationPolicy -Confirm:$false
    $rows | Export-Csv $csv -Append:$Append
}

# The same in short, as README.md and about_VmMigration_Policies show it.
function Write-Short($Rows) {
    $known = @($Rows.Load | Sort-Object { [double]::Parse($_, [cultureinfo]::InvariantCulture) } -Unique)
    "| total / blackout / lost work |$(-join ($known | ForEach-Object { " load $_ |" }))"
    "| --- |$(' --- |' * $known.Count)"
    foreach ($policy in $Rows.Policy | Select-Object -Unique) {
        $cells = foreach ($load in $known) {
            $row = $Rows | Where-Object { $_.Policy -eq $policy -and $_.Load -eq $load } | Select-Object -Last 1
            if (-not $row) { '-'; continue }
            $text = '{0:0} s / {1} / {2:0} %' -f ([double]$row.TotalMs / 1000), (Format-Time ([double]$row.BlackoutMs)), [Math]::Max(0, [double]$row.LostWorkPercent)
            $row.Ended -eq 'Moved' ? $text : "stays: $text"
        }
        "| $policy | $($cells -join ' | ') |"
    }
}

$short = Join-Path $PSScriptRoot '../../out/convergence.md'
Write-Short @(Import-Csv $csv) | Set-Content $short
$broken = @($rows | Where-Object AsPromised -EQ 'NO')
"{0} runs, {1} ended as their schedules promise, lost=0 in all; with all figures in {2}, in short in {3}." -f $rows.Count, ($rows.Count - $broken.Count),
    (Resolve-Path $csv -Relative), (Resolve-Path $short -Relative)
foreach ($row in $broken) { "NOT AS PROMISED: $($row.Policy) at $($row.Load): $($row.Ended). $($row.Actions)" }
exit ($broken.Count -gt 0 ? 1 : 0)

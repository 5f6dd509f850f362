#requires -Version 7.6
# The downtime with and without a switchover bandwidth, over a link of 1000 Mbit/s: an idle guest with none and with 100 MiB/s (about
# what the link carries), and a guest that writes 20 MiB/s with none and with 20 MiB/s. Needs the lab with h3, whose QEMU has the
# setting; the guest goes from h3 to h1 measured and back unmeasured. All settings take turns, so that the machine's noise is spread.
param([int] $Rounds = 5)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')
$lab = Join-Path $PSScriptRoot '../lab/lab'
& $lab up --with-h3
if (-not $?) {
    'Switchover: NOT RUN, for the lab''s host h3 is not to be had.'
    return
}

$guests = @{ idle = 'bench-idle'; writer = 'bench-writer' }
$settings = @(
    @{ Name = 'idle guest, none'; Guest = 'idle'; Switchover = 'None' }
    @{ Name = 'idle guest, 100 MiB/s'; Guest = 'idle'; Switchover = '100MiB/s' }
    @{ Name = 'writes 20 MiB/s, none'; Guest = 'writer'; Switchover = 'None' }
    @{ Name = 'writes 20 MiB/s, 20 MiB/s'; Guest = 'writer'; Switchover = '20MiB/s' }
)
$seen = @{}
foreach ($one in $settings) { $seen[$one.Name] = [Collections.Generic.List[object]]::new() }

# Moves a guest and returns what libvirt and the lab's collector say of the time it stood.
function Move-Guest([string] $Name, [string] $To, [string] $Switchover) {
    $result = Start-VmLiveMigration $Name $To -Policy MinimalDowntime -MaxDowntime 300ms -SwitchoverBandwidth $Switchover -Confirm:$false -WarningAction SilentlyContinue
    if ($result.EndState -ne 'Moved') { throw "${Name} was not moved: $($result.Error)" }
    $check = & $lab check $Name
    if ($check -notmatch '^lost=0 ') { throw "${Name}: $check" }
    $blackout = [int]((& $lab blackout $Name) -replace '^blackout=(\d+) .*', '$1')
    [pscustomobject]@{ Libvirt = $result.Downtime.TotalMilliseconds; Guest = $blackout }
}

try {
    foreach ($name in $guests.Values) { & $lab destroy $name }
    & $lab vm $guests.idle --on h3 --memory 512MiB
    & $lab vm $guests.writer --on h3 --memory 512MiB --dirty 20MiB/s
    & $lab link h3 --rate 1000mbit
    foreach ($round in 1..$Rounds) {
        foreach ($one in $settings) {
            $name = $guests[$one.Guest]
            $seen[$one.Name].Add((Move-Guest $name h1 $one.Switchover))
            $null = Move-Guest $name h3 None
        }
    }
}
finally {
    & $lab link h3 --up
    foreach ($name in $guests.Values) { & $lab destroy $name }
}

'Downtime from h3 to h1 over 1000 Mbit/s, limit 300 ms, in ms: median (least - most), {0} runs each, all completed, lost=0' -f $Rounds
'{0,-28}{1,-22}{2}' -f 'switchover bandwidth', 'as libvirt says', 'as the guest shows'
foreach ($one in $settings) {
    $text = foreach ($how in 'Libvirt', 'Guest') {
        $values = @($seen[$one.Name].$how | Sort-Object)
        '{0:0} ({1:0} - {2:0})' -f (Get-Median $values), $values[0], $values[-1]
    }
    '{0,-28}{1,-22}{2}' -f $one.Name, $text[0], $text[1]
}

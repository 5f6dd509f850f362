# What the benchmarks share: medians, and a verdict as a ratio against a named rival measured in the same run.
Set-StrictMode -Version Latest

<#
.SYNOPSIS
    Runs two things in turn and returns the median of each in milliseconds. Taking turns spreads the machine's noise over both.
#>
function Measure-Pair {
    param(
        [Parameter(Mandatory)] [scriptblock] $Ours,
        [Parameter(Mandatory)] [scriptblock] $Rival,
        [Parameter(Mandatory)] [int] $Rounds
    )

    $ourTimes = [Collections.Generic.List[double]]::new()
    $rivalTimes = [Collections.Generic.List[double]]::new()
    foreach ($round in 1..$Rounds) {
        # Who goes first changes, so that neither always finds the other's warm caches.
        $order = if ($round % 2) { 'ours', 'rival' } else { 'rival', 'ours' }
        foreach ($who in $order) {
            if ($who -eq 'ours') { $ourTimes.Add((& $Ours)) } else { $rivalTimes.Add((& $Rival)) }
        }
    }

    [pscustomobject]@{ Ours = Get-Median $ourTimes; Rival = Get-Median $rivalTimes; OurTimes = $ourTimes; RivalTimes = $rivalTimes }
}

function Get-Median([double[]] $Values) {
    $sorted = @($Values | Sort-Object)
    $middle = [Math]::Floor($sorted.Count / 2)
    if ($sorted.Count % 2) { $sorted[$middle] } else { ($sorted[$middle - 1] + $sorted[$middle]) / 2 }
}

<#
.SYNOPSIS
    Times a script block in milliseconds.
#>
function Measure-Milliseconds([scriptblock] $Work) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = & $Work
    $watch.Elapsed.TotalMilliseconds
}

<#
.SYNOPSIS
    Prints one comparison with its bound.
#>
function Write-Ratio([string] $Name, [double] $Ours, [string] $Rival, [double] $Theirs, [double] $Bound, [string] $Unit = 'ms') {
    $ratio = $Ours / $Theirs
    '{0}: {1:0.0} {7}, {2}: {3:0.0} {7}, ratio {4:0.000} (bound {5:0.00}): {6}' -f $Name, $Ours, $Rival, $Theirs, $ratio, $Bound,
    ($ratio -le $Bound ? 'within' : 'MISSED'), $Unit
}

Export-ModuleMember -Function Measure-Pair, Measure-Milliseconds, Get-Median, Write-Ratio

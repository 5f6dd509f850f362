#requires -Version 7.6
# Importing the module after another binary module was imported in the same process, against the first import of ThreadJob in that
# run. Each round is a process of its own: a loaded assembly stays loaded.
param([int] $Rounds = 11)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1')
$shell = (Get-Process -Id $PID).Path
$module = Join-Path $PSScriptRoot '../../out/VirtMigration/VirtMigration.psd1'
$threadJob = 'Microsoft.PowerShell.ThreadJob', 'ThreadJob' | Where-Object { Get-Module $_ -ListAvailable } | Select-Object -First 1
if (-not $threadJob) { throw 'This shell has no ThreadJob module to compare with.' }

# Times the imports of some modules, one after the other, in a new process.
function Measure-Import([string[]] $Modules) {
    $times = & $shell -NoProfile -NonInteractive -Command @"
foreach (`$one in '$($Modules -join "','")') {
    `$watch = [Diagnostics.Stopwatch]::StartNew()
    Import-Module `$one
    `$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
}
"@
    , [double[]] $times
}

$together = @(foreach ($round in 1..$Rounds) { , (Measure-Import $threadJob, $module) })
Write-Ratio 'Import-Module VirtMigration' (Get-Median ($together | ForEach-Object { $_[1] })) "first import of $threadJob" (
    Get-Median ($together | ForEach-Object { $_[0] })) 1.0

# For information, the harder question: both as the second binary module of their process.
if (Get-Module PSReadLine -ListAvailable) {
    $pair = Measure-Pair -Rounds $Rounds -Ours { (Measure-Import PSReadLine, $module)[1] } -Rival { (Measure-Import PSReadLine, $threadJob)[1] }
    '  both after PSReadLine: {0:0.0} ms against {1:0.0} ms, ratio {2:0.00}' -f $pair.Ours, $pair.Rival, ($pair.Ours / $pair.Rival)
}

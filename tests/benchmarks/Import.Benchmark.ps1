#requires -Version 7.6
# Importing the module after another binary module was imported in the process, against the first import of ThreadJob, likewise.
# Each measurement is a process of its own: a loaded assembly stays loaded.
param([int] $Rounds = 11)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1')
$shell = (Get-Process -Id $PID).Path
$module = Join-Path $PSScriptRoot '../../out/VirtMigration/VirtMigration.psd1'

# PSReadLine is the binary module that every interactive shell has loaded before.
$measure = {
    param($shell, $what)
    [double](& $shell -NoProfile -NonInteractive -Command "
        Import-Module PSReadLine
        `$watch = [Diagnostics.Stopwatch]::StartNew()
        Import-Module '$what'
        `$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)")
}

$pair = Measure-Pair -Rounds $Rounds -Ours { & $measure $shell $module } -Rival { & $measure $shell 'Microsoft.PowerShell.ThreadJob' }
Write-Ratio 'Import-Module VirtMigration' $pair.Ours 'Import-Module ThreadJob' $pair.Rival 1.0

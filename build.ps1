#requires -Version 7.6
<#
.SYNOPSIS
    The project's tasks. ./build.sh finds a shell and calls this.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [ValidateSet('Build', 'Test', 'Lab', 'Demo', 'Benchmark', 'Bench', 'Aborts', 'Docs', 'Package', 'Clean')]
    [string] $Task,

    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location $PSScriptRoot
$lab = Join-Path $PSScriptRoot 'tests/lab/lab'
$module = Join-Path $PSScriptRoot 'out/VirtMigration'

function Build {
    dotnet build src/VirtMigration.Cmdlets -c Release -v quiet --nologo
}

# The lab's variables, for this process and what it starts.
function Use-Lab {
    & $lab up
    foreach ($line in & $lab env) {
        if ($line -match '^export (\w+)=(.*)$' -and $Matches[1] -ne 'PATH') {
            Set-Item "env:$($Matches[1])" $Matches[2].Trim("'")
        }
    }
}

function Test-LabIsUp {
    $PSNativeCommandUseErrorActionPreference = $false
    & $lab status *> $null
    $LASTEXITCODE -eq 0
}

function Test {
    Build
    $counts = Join-Path $PSScriptRoot 'out/suites'
    $PSNativeCommandUseErrorActionPreference = $false
    tests/suites.sh $counts
    $failed = $LASTEXITCODE -ne 0
    if (Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 }) {
        "`n== pester =="
        $failed = -not (Invoke-PesterSuite (Join-Path $counts 'pester.count')) -or $failed
    }
    else {
        $cases = @(Get-Content tests/pester/*.Tests.ps1 | Select-String '^\s*It\s+[''"]').Count
        "`nNOT RUN: Pester (at least $cases tests in tests/pester; some have several cases): this shell has no Pester 5 (Install-PSResource Pester)."
    }
    & $lab down
    tests/suites.sh --sum $counts
    if ($failed) { exit 1 }
}

# In a process of its own: a test may load the module, and a loaded assembly cannot be replaced.
function Invoke-PesterSuite([string] $CountFile) {
    Use-Lab
    $run = {
        param($CountFile)
        Import-Module Pester -MinimumVersion 5.0
        $configuration = New-PesterConfiguration
        $configuration.Run.Path = 'tests/pester'
        $configuration.Run.PassThru = $true
        $configuration.Output.Verbosity = 'Detailed'
        $result = Invoke-Pester -Configuration $configuration
        # A container that could not be read holds tests that nobody ran.
        $failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
        "$($result.PassedCount) $failed $($result.SkippedCount + $result.NotRunCount)" | Set-Content $CountFile
    }
    '0 1 0' | Set-Content $CountFile
    timeout 1200 (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command "& { $run } '$CountFile'" | Out-Host
    [int](Get-Content $CountFile).Split(' ')[1] -eq 0
}

function Demo {
    Build
    $wasUp = Test-LabIsUp
    try {
        Use-Lab
        foreach ($guest in 'demo-web1', 'demo-web2') {
            & $lab vm $guest --on h1 --dirty 20MiB/s
        }
        & (Get-Process -Id $PID).Path -NoProfile -File samples/demo.ps1
        foreach ($guest in 'demo-web1', 'demo-web2') {
            & $lab check $guest
        }
    }
    finally {
        foreach ($guest in 'demo-web1', 'demo-web2') {
            & $lab destroy $guest
        }
        if (-not $wasUp) { & $lab down }
    }
}

function Benchmark {
    Build
    Use-Lab
    foreach ($script in Get-ChildItem tests/benchmarks/*.Benchmark.ps1 -Exclude Convergence.*) {
        & (Get-Process -Id $PID).Path -NoProfile -File $script.FullName
    }
}

# A migration is aborted at 50 random moments, or as many as are said: ./build.ps1 -Task Aborts 200
function Aborts {
    Use-Lab
    $env:VIRTMIGRATION_LAB_ABORTS = $Arguments ? $Arguments[0] : 50
    dotnet test tests/lab -c Release --nologo -v quiet --filter FullyQualifiedName~RandomAbort --logger 'console;verbosity=detailed'
}

# The table of policies by load. It takes some 25 min, so it has a task of its own; -Policies and -Loads take a part of it.
function Bench {
    Build
    Use-Lab
    & (Get-Process -Id $PID).Path -NoProfile -File tests/benchmarks/Convergence.Benchmark.ps1 @Arguments
}

function Docs {
    Import-Module Microsoft.PowerShell.PlatyPS
    $pages = Get-ChildItem docs/en-US/*-*.md | Import-MarkdownCommandHelp
    $built = $pages | Export-MamlCommandHelp -OutputFolder out/maml -Force
    Copy-Item $built.FullName module/en-US -Force
    & docs/about-text.ps1
    Get-ChildItem module/en-US
}

function Package {
    Build
    $version = (Import-PowerShellDataFile module/VirtMigration.psd1).ModuleVersion
    Compress-Archive $module "out/VirtMigration-$version.zip" -Force -PassThru
}

function Clean {
    Remove-Item out, src/*/bin, src/*/obj, tests/*/bin, tests/*/obj -Recurse -Force -ErrorAction Ignore
}

switch ($Task) {
    'Lab' { & $lab @Arguments }
    default { & $Task }
}

<#
    What the tests share: the module under test, the lab and its guests, child shells and a terminal, and waits for conditions.
    VIRTMIGRATION_MODULE names another copy of the module than out/VirtMigration.
#>
Set-StrictMode -Version Latest

$script:Repository = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
$script:Lab = Join-Path $Repository 'tests/lab/lab'
$script:ModulePath = $env:VIRTMIGRATION_MODULE ?? (Join-Path $Repository 'out/VirtMigration')
$script:Pwsh = (Get-Process -Id $PID).Path
$script:OptionsUri = 'https://virtmigration.github.io/xmlns/options/1'
$script:HostUri = @{ h1 = 'qemu+tcp://10.77.0.11/system'; h2 = 'qemu+tcp://10.77.0.12/system' }

function Get-ModuleUnderTest { $script:ModulePath }

function Import-ModuleUnderTest {
    Import-Module $script:ModulePath -Force -Global
}

# ---- the lab ----

function Invoke-Lab {
    $errors = [Collections.Generic.List[string]]::new()
    $output = & $script:Lab @args 2>&1 | ForEach-Object { if ($_ -is [Management.Automation.ErrorRecord]) { $errors.Add("$_") } else { $_ } }
    if ($LASTEXITCODE) { throw "lab $args ended with ${LASTEXITCODE}: $output $errors" }
    $output
}

# The lab up, this process in its cluster, the module loaded.
function Use-Lab {
    Invoke-Lab up
    foreach ($line in Invoke-Lab env) {
        if ($line -match '^export (\w+)=(.*)$' -and $Matches[1] -ne 'PATH') { Set-Item "env:$($Matches[1])" $Matches[2].Trim("'") }
    }
    $script:LabHome = $env:VIRTMIGRATION_HOME
    Import-ModuleUnderTest
}

# A cluster file of the test's own, with h1 and h2 of the lab and nothing stated: what a test states never stays in the lab's.
function Use-OwnCluster([string] $Folder, [string] $Cluster = 'lab', [string[]] $Of = @('h1', 'h2')) {
    $state = Get-Content (Join-Path $script:LabHome cluster.json) -Raw | ConvertFrom-Json
    $hosts = @($state.hosts | Where-Object name -In $Of | Select-Object *, @{ n = 'cluster'; e = { $Cluster } } -ExcludeProperty cluster)
    New-Item $Folder -ItemType Directory -Force | Out-Null
    @{ schemaVersion = 1; hosts = $hosts } | ConvertTo-Json -Depth 5 | Set-Content (Join-Path $Folder cluster.json)
    $env:VIRTMIGRATION_HOME = $Folder
}

# The element that the module keeps in a VM's metadata, of the running VM or of its definition; nothing where there is none.
function Get-StoredOptions([string] $Name, [string] $On = 'h1', [switch] $Inactive) {
    $xml = [xml](Invoke-Virsh $On dumpxml $Name @($Inactive ? '--inactive' : @()) | Out-String)
    foreach ($element in $xml.domain['metadata']?.ChildNodes) {
        if ($element.NamespaceURI -eq $script:OptionsUri) { $element }
    }
}

# Guests are small, so that a move takes a second, and write little, so that it ends; at 9Mbps (1 MiB/s) they write faster than is
# sent, and the move lasts until somebody ends it or raises the speed.
# Several boot at the same time.
function New-Guest([string[]] $Name, [string] $On = 'h1', [string] $Memory = '128MiB', [string[]] $Dirty = '2MiB/s', [string] $WorkingSet = '32MiB') {
    $lab = $script:Lab
    $failed = 0..($Name.Count - 1) | ForEach-Object -ThrottleLimit 8 -Parallel {
        $one = @($using:Name)[$_]
        $rate = @($using:Dirty)[$_ % @($using:Dirty).Count]
        $said = & $using:lab destroy $one 2>&1
        if (-not $LASTEXITCODE) { $said = & $using:lab vm $one --on $using:On --memory $using:Memory --dirty $rate --workingset $using:WorkingSet 2>&1 }
        if ($LASTEXITCODE) { "lab vm $one ended with ${LASTEXITCODE}: $said" }
    }
    if ($failed) { throw "$failed" }
}

# One that does not run: the smallest definition there is.
function New-ShutOffGuest([string] $Name) {
    Invoke-Lab destroy $Name
    $definition = Join-Path $TestDrive "$Name.xml"
    "<domain type='qemu'><name>$Name</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os></domain>" | Set-Content $definition
    Invoke-Virsh h1 define $definition | Out-Null
}

function Remove-Guest([string[]] $Name) {
    foreach ($one in $Name) { Invoke-Lab destroy $one }
}

# What the hosts themselves say, without the module: @{ h1 = 'running'; h2 = '' }.
function Get-Whereabouts([string] $Name) {
    $said = [ordered]@{}
    foreach ($name_ in 'h1', 'h2') {
        $said[$name_] = (timeout 20 virsh -c $script:HostUri[$name_] domstate $Name 2>$null | Where-Object { $_ }) ?? ''
    }
    $said
}

# The guest runs on this host, is not even defined on the other, and has all its memory.
function Assert-Guest([string] $Name, [string] $On) {
    $other = $On -eq 'h1' ? 'h2' : 'h1'
    $where = Get-Whereabouts $Name
    $where[$On] | Should -Be 'running' -Because "$Name runs on $On"
    $where[$other] | Should -BeNullOrEmpty -Because "$Name is on $On only"
    $check = Invoke-Lab check $Name
    $check | Should -Match 'lost=0 ' -Because "$Name kept its memory"
    $check | Should -Match "host=$On$" -Because "$Name answers from $On"
}

function Invoke-Virsh([string] $On) {
    $output = timeout 60 virsh -c $script:HostUri[$On] @args 2>&1
    if ($LASTEXITCODE) { throw "virsh $args on $On ended with ${LASTEXITCODE}: $output" }
    $output
}

# Whether the source says that memory flows.
function Test-Transfer([string] $Name, [string] $From = 'h1') {
    $job = timeout 20 virsh -c $script:HostUri[$From] domjobinfo $Name 2>$null
    ($job -match '^Operation:\s+Outgoing migration') -and ($job -match '^Memory processed:\s+[1-9]') -as [bool]
}

function Wait-Transfer([string] $Name, [string] $From = 'h1') {
    Wait-For "the transfer of $Name" { Test-Transfer $Name $From }
}

# Ends a slow transfer by letting it have the whole link.
function Set-FullSpeed([string] $Name, [string] $From = 'h1') {
    timeout 20 virsh -c $script:HostUri[$From] migrate-setspeed $Name 10000 *> $null
}

# What a migration leaves in a guest if it is not put right: the downtime limit and our intent record.
function Get-Traces([string] $Name, [string] $On) {
    $downtime = Invoke-Virsh $On migrate-getmaxdowntime $Name
    $metadata = Invoke-Virsh $On dumpxml $Name | Where-Object { $_ -match 'intent' }
    "$downtime$metadata".Trim()
}

# A migration that this product did not start.
function Start-VirshMigration([string] $Name, [string] $From, [string] $To) {
    Start-Process virsh -PassThru -RedirectStandardOutput /dev/null -ArgumentList '-c', $script:HostUri[$From], 'migrate', '--live', '--p2p', '--persistent', '--undefinesource',
        '--bandwidth', '1', $Name, $script:HostUri[$To]
}

# ---- waiting ----

function Wait-For([string] $What, [scriptblock] $Condition, [double] $Seconds = 45) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $value = & $Condition
        if ($value) { return $value }
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) { throw "Waited $Seconds s in vain for $What." }
        Start-Sleep -Milliseconds 100
    }
}

# ---- other shells ----

function Get-Preamble {
    "`$env:VIRTMIGRATION_HOME = '$env:VIRTMIGRATION_HOME'; `$PSStyle.OutputRendering = 'PlainText'; `$ProgressPreference = 'SilentlyContinue'; Import-Module '$script:ModulePath'; "
}

# A script in a shell of its own, to its end: what it printed, all streams.
function Invoke-Shell([string] $Script, [int] $Seconds = 90, [string[]] $Before = @()) {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes((Get-Preamble) + $Script))
    $command = @('timeout', "$Seconds") + $Before + @($script:Pwsh, '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-EncodedCommand', $encoded)
    (& $command[0] $command[1..($command.Count - 1)] 2>&1 | ForEach-Object { "$_" -replace '\x1b\[[0-9;?]*[A-Za-z]', '' }) -join "`n"
}

# A script in a shell of its own that goes on beside the test; its output goes to a file. Through: a command that starts it (nohup).
function Start-Shell([string] $Script, [string] $Through) {
    $log = Join-Path ([IO.Path]::GetTempPath()) "ps-$([guid]::NewGuid()).log"
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes((Get-Preamble) + $Script))
    $command = @($Through, $script:Pwsh, '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-EncodedCommand', $encoded) | Where-Object { $_ }
    $process = Start-Process $command[0] -PassThru -RedirectStandardOutput $log -RedirectStandardError "$log.err" -ArgumentList $command[1..($command.Count - 1)]
    [pscustomobject]@{ Process = $process; Log = $log }
}

function Wait-Shell($Shell, [int] $Seconds = 90) {
    if (-not $Shell.Process.WaitForExit($Seconds * 1000)) { throw "The shell did not end within $Seconds s. It printed: $(Get-Content $Shell.Log -Raw)" }
    Get-Content $Shell.Log -Raw
}

function Remove-Shell($Shell) {
    if ($null -eq $Shell) { return }
    if (-not $Shell.Process.HasExited) {
        $Shell.Process.Kill()
        [void]$Shell.Process.WaitForExit(10000)
    }
    Remove-Item $Shell.Log, "$($Shell.Log).err" -ErrorAction Ignore
}

# A line as a timer runs it, in a shell of its own: what it printed, and how it ended.
function Start-Line([string] $Line) {
    $log = Join-Path ([IO.Path]::GetTempPath()) "ps-$([guid]::NewGuid()).log"
    $process = Start-Process $script:Pwsh -PassThru -RedirectStandardOutput $log -RedirectStandardError "$log.err" `
        -RedirectStandardInput /dev/null -ArgumentList '-NoProfile', '-NonInteractive', '-Command', "`"Import-Module '$script:ModulePath'; $Line`""
    [pscustomobject]@{ Process = $process; Log = $log }
}

function Wait-Line($Started) {
    if (-not $Started.Process.WaitForExit(60000)) { throw "The line did not end: $(Get-Content $Started.Log -Raw)" }
    $said = (Get-Content $Started.Log, "$($Started.Log).err" -Raw) -join "`n" -replace '\x1b\[[0-9;?]*[A-Za-z]', ''
    Remove-Item $Started.Log, "$($Started.Log).err"
    [pscustomobject]@{ Status = $Started.Process.ExitCode; Said = $said }
}

# ---- a terminal: an interactive shell on a pseudo-terminal, which takes Ctrl+C as a key ----

function Open-Terminal {
    $log = Join-Path ([IO.Path]::GetTempPath()) "ps-$([guid]::NewGuid()).tty"
    # PSReadLine draws over what was printed; without it the text stays in order.
    $first = "Remove-Module PSReadLine -ErrorAction Ignore; function prompt { 'READY> ' }; $(Get-Preamble)"
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($first))
    $start = [Diagnostics.ProcessStartInfo]::new('python3')
    foreach ($argument in (Join-Path $PSScriptRoot 'terminal.py'), $log, $script:Pwsh, '-NoProfile', '-NoLogo', '-NoExit', '-EncodedCommand', $encoded) {
        $start.ArgumentList.Add($argument)
    }
    $start.RedirectStandardInput = $true
    $terminal = [pscustomobject]@{ Process = [Diagnostics.Process]::Start($start); Log = $log }
    Wait-Text $terminal 'READY> $' 60
    $terminal
}

function Send-Line($Terminal, [string] $Text) {
    $Terminal.Process.StandardInput.Write("$Text`r")
    $Terminal.Process.StandardInput.Flush()
}

function Send-CtrlC($Terminal) {
    $Terminal.Process.StandardInput.Write([char]3)
    $Terminal.Process.StandardInput.Flush()
}

# What the terminal showed, without colours and the wrapping of lines, from an offset on.
function Get-TerminalText($Terminal, [int] $From = 0) {
    if (-not (Test-Path $Terminal.Log)) { return '' }
    $raw = Get-Content $Terminal.Log -Raw
    $text = "$raw" -replace '\x1b\[[0-9;?]*[A-Za-z]', '' -replace '\x1b[=>]', '' -replace "`r", ''
    $text.Length -gt $From ? $text.Substring($From) : ''
}

function Wait-Text($Terminal, [string] $Pattern, [double] $Seconds = 60, [int] $From = 0) {
    try {
        [void](Wait-For "'$Pattern' on the terminal" { (Get-TerminalText $Terminal $From) -match $Pattern } $Seconds)
    }
    catch {
        throw "$_ It showed: $(Get-TerminalText $Terminal $From)"
    }
}

function Close-Terminal($Terminal) {
    if ($null -eq $Terminal) { return }
    $Terminal.Process.StandardInput.Close()
    if (-not $Terminal.Process.WaitForExit(15000)) { $Terminal.Process.Kill($true) }
    Remove-Item $Terminal.Log -ErrorAction Ignore
}

# ---- errors ----

# The error of a command that must fail, non-terminating or not.
function Get-ErrorOf([scriptblock] $Command) {
    $caught = @()
    try {
        # Nothing of the output is wanted, only what went wrong.
        $caught = @(& $Command 2>&1 3>$null 6>$null | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    }
    catch {
        $caught = @($_)
    }
    $caught.Count | Should -Be 1 -Because 'one cause is one error'
    $caught[0]
}

# The form every error has: stable id, the thing it is about, a way out.
function Assert-Error($Record, [string] $Id, [string] $Target, [string] $Message) {
    ($Record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
    "$($Record.TargetObject)" | Should -Be $Target
    $Record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    "$Record" | Should -Match $Message
}

# A parameter that cannot be bound is the shell's own error; the reason is ours.
function Assert-BindingError([scriptblock] $Command, [string] $Message) {
    $record = Get-ErrorOf $Command
    $record.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
    "$record" | Should -Match $Message
}

# ---- views and JSON ----

# How a thing reads at 100 columns: nothing is cut, nothing is wider.
function Get-View {
    param([Parameter(ValueFromPipeline)] $InputObject)
    begin { $all = [Collections.Generic.List[object]]::new() }
    process { $all.Add($InputObject) }
    end {
        $before = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try { $all | Out-String -Width 100 } finally { $PSStyle.OutputRendering = $before }
    }
}

function Assert-View([string] $View, [string] $Header) {
    $lines = $View -split "`n"
    @($lines | Where-Object Length -gt 100) | Should -BeNullOrEmpty -Because 'it fits into 100 columns'
    $View | Should -Not -Match '…'
    $lines[0..2] -join "`n" | Should -Match $Header
}

# Through JSON and back, without a warning.
function ConvertTo-AndFromJson($InputObject) {
    $warnings = @()
    $json = ConvertTo-Json $InputObject -Depth 5 -WarningVariable warnings -WarningAction SilentlyContinue -ErrorAction Stop
    $warnings | Should -BeNullOrEmpty -Because 'nothing is deeper than 5'
    $json | ConvertFrom-Json -ErrorAction Stop
}

Export-ModuleMember -Function *-*

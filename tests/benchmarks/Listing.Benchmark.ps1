#requires -Version 7.6
# Listing a host of 1,000 domains with state, vCPUs and memory of each: Get-VM in a warm shell against one `virsh list --all`, and
# against a loop of `virsh dominfo`. The host is libvirt's test driver with a generated file, so no daemon is measured.
param([int] $Domains = 1000, [int] $Rounds = 9, [int] $DominfoSample = 20)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')

$folder = Join-Path ([IO.Path]::GetTempPath()) "virtmigration-listing-$PID"
$null = New-Item $folder -ItemType Directory
$env:VIRTMIGRATION_HOME = $folder
try {
    $file = Join-Path $folder 'node.xml'
    $xml = [Text.StringBuilder]::new('<node>')
    foreach ($i in 1..$Domains) {
        $null = $xml.Append("<domain type='test'><name>vm$i</name><memory unit='MiB'>$(256 + $i % 64)</memory><vcpu>$(1 + $i % 8)</vcpu><os><type>hvm</type></os></domain>")
    }
    $xml.Append('</node>').ToString() | Set-Content $file
    $uri = "test://$file"
    $null = Register-VmHost listing -Uri $uri

    $vms = @(Get-VM -Host listing)
    $right = @($vms | Where-Object { $_.VCpus -eq 1 + [int]$_.Name.Substring(2) % 8 -and $_.Memory.Bytes -eq (256 + [int]$_.Name.Substring(2) % 64) * 1MB }).Count
    "$($vms.Count) VMs listed, $right with the vCPUs and memory of the file"
    if ($right -ne $Domains) { throw 'the listing is wrong' }

    $pair = Measure-Pair -Rounds $Rounds -Ours { Measure-Milliseconds { Get-VM -Host listing } } -Rival { Measure-Milliseconds { virsh -q -c $uri list --all } }
    Write-Ratio 'Get-VM' $pair.Ours 'virsh list --all' $pair.Rival 1.0

    # A loop over all of them would take a minute a round; its time is that of a sample, and says so.
    $one = Get-Median @(foreach ($i in 1..$DominfoSample) { Measure-Milliseconds { virsh -q -c $uri dominfo "vm$i" } })
    $loop = $one * $Domains
    Write-Ratio 'Get-VM' $pair.Ours "virsh dominfo x $Domains (from $DominfoSample)" $loop 0.02
}
finally {
    Remove-Item $folder -Recurse
}

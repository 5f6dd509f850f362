#requires -Version 7.6
# The whole migration of one guest with the same flags: Start-VmLiveMigration in a warm shell against `virsh migrate`.
# Needs the lab; ./build.sh benchmark brings it up.
param([int] $Rounds = 7)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')
$lab = Join-Path $PSScriptRoot '../lab/lab'
$guest = 'bench-move'
$uris = @{ h1 = 'qemu+tcp://10.77.0.11/system'; h2 = 'qemu+tcp://10.77.0.12/system' }

& $lab destroy $guest
& $lab vm $guest --on h1 --memory 512MiB --dirty 20MiB/s
$libvirtOurs = [Collections.Generic.List[double]]::new()
$libvirtTheirs = [Collections.Generic.List[double]]::new()

# Each round moves the guest there by one and back by the other, so both meet the same guest.
function Get-Ends {
    $at = (Get-VM $guest).Host
    $at, ($at -eq 'h1' ? 'h2' : 'h1')
}

$ours = {
    $null, $to = Get-Ends
    $script:result = $null
    $time = Measure-Milliseconds { $script:result = Start-VmLiveMigration $guest $to -Policy VeryLarge -Confirm:$false }
    if ($script:result.EndState -ne 'Moved') { throw "not moved: $($script:result.Error)" }
    $libvirtOurs.Add($script:result.TotalTime.TotalMilliseconds)
    & $lab check $guest | Out-Null
    $time
}
$rival = {
    $from, $to = Get-Ends
    $address = $to -eq 'h1' ? '10.78.0.11' : '10.78.0.12'
    $time = Measure-Milliseconds {
        virsh -q -c $uris[$from] migrate --live --p2p --persistent --undefinesource --abort-on-error --auto-converge --parallel --parallel-connections 2 `
            --zerocopy --bandwidth 1192 $guest $uris[$to] --migrateuri "tcp://$address"
    }
    & $lab check $guest | Out-Null
    $time
}

try {
    # Both once without counting: a cold daemon probes its QEMU for seconds.
    $null = & $ours
    $null = & $rival
    $libvirtOurs.Clear()
    $pair = Measure-Pair -Ours $ours -Rival $rival -Rounds $Rounds
    Write-Ratio 'Start-VmLiveMigration' $pair.Ours 'virsh migrate' $pair.Rival 1.05
    '  libvirt''s own total time for ours: median {0:0} ms' -f (Get-Median $libvirtOurs)
    '  ours:  {0}' -f (($pair.OurTimes | ForEach-Object { '{0:0}' -f $_ }) -join ' ')
    '  virsh: {0}' -f (($pair.RivalTimes | ForEach-Object { '{0:0}' -f $_ }) -join ' ')
}
finally {
    & $lab destroy $guest
}

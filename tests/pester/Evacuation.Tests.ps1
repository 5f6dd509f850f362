BeforeDiscovery {
    # A third host is one of Debian 13, which not every machine can fetch.
    $script:withH3 = (& (Join-Path $PSScriptRoot '../lab/lab') status 2>$null) -match '^h3\b' -as [bool]
    if (-not $withH3) { Write-Warning 'The lab has no h3 (tests/lab/lab up --with-h3): evacuations to two hosts are not run.' }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    Use-OwnCluster (Join-Path $TestDrive cluster) -Of h1, h2, h3
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

# One cluster of three hosts is emptied and filled again, as on a day of maintenance: each test goes on from the one before.
Describe 'Three hosts and eight guests' -Skip:(-not $withH3) {
    BeforeAll {
        $script:moving = 1..7 | ForEach-Object { "ps-e$_" }
        $script:staying = 'ps-e8'
        New-Guest (@($moving) + $staying) -Dirty 1MiB/s, 1MiB/s, 2MiB/s, 2MiB/s, 4MiB/s, 4MiB/s, 8MiB/s, 1MiB/s -WorkingSet 16MiB
        Set-VmMigrationOption $staying -AssignedHosts h1
        Set-VmMigrationOption $moving[0] -MigrationMode ManualOnly
        Set-VmMigrationOption $moving[6] -MigrationPriority High

        # Every moment that is looked at: what libvirt shows, not what the shells believe.
        function Watch-Limit([object[]] $Shells, [hashtable] $Out, [hashtable] $In) {
            $seen = @{ Moments = 0; Busy = 0; Broken = @() }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            while (@($Shells | Where-Object { -not $_.Process.HasExited }).Count -gt 0 -and $watch.Elapsed.TotalSeconds -lt 120) {
                $now = @(Get-VmMigration -ErrorAction SilentlyContinue | Where-Object { "$($_.Phase)" -ne 'Queued' })
                $seen.Moments++
                if ($now.Count -gt 0) { $seen.Busy++ }
                foreach ($name in $Out.Keys) {
                    if (@($now | Where-Object Source -EQ $name).Count -gt $Out[$name]) { $seen.Broken += "$name outgoing: $($now.VM)" }
                }
                foreach ($name in $In.Keys) {
                    if (@($now | Where-Object Destination -EQ $name).Count -gt $In[$name]) { $seen.Broken += "$name incoming: $($now.VM)" }
                }
            }
            $seen
        }

        function Get-HostsOf([string[]] $Name) {
            $vms = @(Get-VM | Where-Object { $_.Name -In $Name -and "$($_.State)" -eq 'Running' })
            foreach ($one in $Name) { @($vms | Where-Object Name -EQ $one).Host -join '+' }
        }
    }

    AfterAll { Remove-Guest (@($moving) + $staying) }

    It 'shows the plan, and moves nothing' {
        $plan = Invoke-Shell 'Start-VmHostMaintenance h1 -WhatIf'
        $plan | Should -Match '7 of 8 VMs'
        $plan | Should -Match $staying
        (Get-HostsOf $moving | Sort-Object -Unique) | Should -Be h1
        Get-VmHostMaintenance h1 | Should -BeNullOrEmpty
    }

    It 'leaves each VM whole when it is killed half-way' {
        $shell = Start-Shell 'Start-VmHostMaintenance h1 -Force -Confirm:$false'
        try {
            [void](Wait-For 'the first VMs to have left' { @(Get-HostsOf $moving | Where-Object { $_ -ne 'h1' }).Count -ge 2 } 90)
            $shell.Process.Kill()
            [void]$shell.Process.WaitForExit(10000)
        }
        finally { Remove-Shell $shell }
        [void](Wait-For 'what was under way to end' { @(Get-VmMigration).Count -eq 0 })
        foreach ($one in $moving) { Invoke-Lab check $one | Should -Match 'lost=0 ' }
        @(Get-HostsOf $moving | Where-Object { $_ -notin 'h1', 'h2', 'h3' }) | Should -BeNullOrEmpty -Because 'each runs on one host'
        $state = Get-VmHostMaintenance h1
        "$($state.State)" | Should -Be Evacuating
    }

    It 'goes on with what is left, reports the one that cannot move, and fails visibly' {
        $file = Join-Path $env:VIRTMIGRATION_HOME evacuation.csv
        $line = Wait-Line (Start-Line "Start-VmHostMaintenance h1 -Force -Confirm:`$false -ErrorAction Stop | Export-Csv '$file'")
        $line.Status | Should -Be 1 -Because 'one VM is still there'
        $line.Said -replace '\s+\|?\s*', ' ' | Should -Match "Host h1 is not empty: 1 of \d VMs is still on it \($staying\)"
        Get-HostsOf $moving | Where-Object { $_ -notin 'h2', 'h3' } | Should -BeNullOrEmpty
        Get-HostsOf $staying | Should -Be h1
        foreach ($one in @($moving) + $staying) { Invoke-Lab check $one | Should -Match 'lost=0 ' }
        $rows = Import-Csv $file
        @($rows | Where-Object Outcome -EQ Left).VM | Should -Be $staying
        $state = Get-VmHostMaintenance h1
        @($state.Moved).Count | Should -Be 7 -Because 'those of the run that was killed count too'
        @($state.Left).VM | Should -Be $staying
    }

    It 'takes no VM while it is in maintenance' {
        Assert-Error (Get-ErrorOf { Start-VmLiveMigration $moving[1] -Destination h1 }) DestinationUnfit $moving[1] 'in maintenance'
    }

    It 'brings them back' {
        $back = @(Stop-VmHostMaintenance h1 -BringBack -Confirm:$false)
        $back.Count | Should -Be 7
        Get-HostsOf $moving | Sort-Object -Unique | Should -Be h1
        Get-VmHostMaintenance h1 | Should -BeNullOrEmpty
    }

    It 'keeps the limits while two operators empty two hosts onto the third' {
        # Four show it, and leave the machine to the migrations.
        Remove-Guest (@($moving[4..6]) + $staying)
        $four = $moving[0..3]
        $four[0..1] | Start-VmLiveMigration -Destination h2 | Out-Null
        Set-ClusterMigrationOption lab -MaxConcurrent 1
        $shells = @()
        try {
            $shells += Start-Shell 'Start-VmHostMaintenance h1 -Destination h3 -Force -Confirm:$false -ErrorAction SilentlyContinue | ForEach-Object { "$_" }'
            $shells += Start-Shell 'Start-VmHostMaintenance h2 -Destination h3 -Force -Confirm:$false | ForEach-Object { "$_" }'
            $seen = Watch-Limit $shells -Out @{ h1 = 1; h2 = 1 } -In @{ h3 = 1 }
            $printed = $shells | ForEach-Object { Wait-Shell $_ }
        }
        finally { $shells | ForEach-Object { Remove-Shell $_ } }
        $seen.Broken | Should -BeNullOrEmpty
        $seen.Busy | Should -BeGreaterThan 20 -Because 'enough moments were seen'
        Get-HostsOf $four | Sort-Object -Unique | Should -Be h3 -Because "$printed"
        foreach ($one in $four) { Invoke-Lab check $one | Should -Match 'lost=0 ' }
    }

    It 'works as a job with a child job for each VM, and Stop-Job leaves each VM whole' {
        $four = $moving[0..3]
        'h1', 'h2' | Stop-VmHostMaintenance -Confirm:$false
        $job = Start-VmHostMaintenance h3 -Destination h1 -Force -Confirm:$false -AsJob
        try {
            $job.ChildJobs.Name | Sort-Object | Should -Be $four
            [void](Wait-For 'a VM to have left' { @($job.ChildJobs | Where-Object State -EQ Completed).Count -gt 0 })
            Stop-Job $job
            $results = @(Receive-Job $job -ErrorAction SilentlyContinue)
            $results.Count | Should -Be 4 -Because 'each VM has a last word'
            foreach ($one in $results) {
                Get-HostsOf $one.VM | Should -Be $one.Host
                "$($one.Outcome)" | Should -Be ($one.Host -eq 'h1' ? 'Moved' : 'Left')
            }
            "$($job.State)" | Should -BeIn 'Stopped', 'Failed', 'Completed'
        }
        finally { $job | Remove-Job -Force }
        foreach ($one in $four) { Invoke-Lab check $one | Should -Match 'lost=0 ' }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    $script:progressBefore = $global:ProgressPreference
    $global:ProgressPreference = 'SilentlyContinue'
    Use-Lab
    # Of h1 and h2 alone, also where the lab has more hosts: a VM without a destination goes to the other one.
    Use-OwnCluster (Join-Path $TestDrive cluster)
    $script:guests = 'ps-j1', 'ps-j2'
    New-Guest $guests

    function Get-OurJob { Get-Job | Where-Object PSJobTypeName -EQ VirtMigration }
}

AfterAll {
    Get-OurJob | Remove-Job -Force
    Remove-Guest $guests
    $env:VIRTMIGRATION_HOME = $script:homeBefore
    $global:ProgressPreference = $script:progressBefore
}

Describe 'Start-VmLiveMigration -AsJob' {
    BeforeEach {
        # Each test takes the guests where the one before left them.
        $script:from = (Get-Whereabouts ps-j1).h1 ? 'h1' : 'h2'
        $script:to = $from -eq 'h1' ? 'h2' : 'h1'
    }

    AfterEach { Get-OurJob | Remove-Job -Force }

    It 'makes no job of a plan that is only looked at, or of a VM that cannot be planned' {
        Start-VmLiveMigration ps-j1 -AsJob -WhatIf | Should -BeNullOrEmpty
        Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-none -AsJob }) VmNotFound ps-none "no VM 'ps-none'"
        Get-OurJob | Should -BeNullOrEmpty
    }

    It 'has a child job a VM, which says how it stands; one that waits is stopped alone' {
        $job = 'ps-j1', 'ps-j2' | Start-VmLiveMigration -Destination $to -Policy VeryLarge -Bandwidth 9Mbps -AsJob
        $job | Should -BeOfType VirtMigration.Cmdlets.Jobs.MigrationJob
        Get-Job -Id $job.Id | Should -Be $job
        $job.PSJobTypeName, $job.Location, "$($job.State)" | Should -Be VirtMigration, "$from -> $to", Running
        $job.Command | Should -BeLike '*Start-VmLiveMigration*-AsJob'
        $job.ChildJobs.Name | Should -Be ps-j1, ps-j2
        $first, $second = $job.ChildJobs
        [void](Wait-For 'a percentage' { $first.StatusMessage -match '^pre-copy, \d+ %$' })
        [void](Wait-For 'the reason to wait' { $second.StatusMessage -match "^waiting: .*VM 'ps-j1'" })
        "$($first.State)", "$($second.State)" | Should -Be Running, NotStarted
        $job.StatusMessage | Should -Be '1 under way, 1 waiting'
        $job | Wait-Job -Timeout 1 | Should -BeNullOrEmpty
        $job | Get-View | Should -Match 'Job\d+ +VirtMigration +Running +True +h\d -> h\d'

        $second | Stop-Job
        "$($second.State)" | Should -Be Stopped
        $second.StatusMessage | Should -Match "It is on $from, and nothing was done to it"
        ($second.Error.FullyQualifiedErrorId -split ',')[0] | Should -Be MigrationStoppedInQueue
        Get-VmMigration ps-j2 | Should -BeNullOrEmpty
        Test-Transfer ps-j1 $from | Should -BeTrue -Because 'the other is not disturbed'

        [void](Wait-For 'the end' {
            Set-FullSpeed ps-j1 $from
            "$($first.State)" -eq 'Completed'
        })
        [void](Wait-Job $job -Timeout 10)
        "$($job.State)" | Should -Be Stopped -Because 'one of its VMs was'
        $job.StatusMessage | Should -Be '1 done, 1 stopped'
        $kept = @(Receive-Job $job -Keep -ErrorAction SilentlyContinue)
        $received = @(Receive-Job $job -ErrorVariable errors -ErrorAction SilentlyContinue -Verbose 4>&1)
        $kept.VM | Should -Be ps-j1
        $received[0] | Should -Be $kept[0]
        $received[0] | Should -BeOfType VirtMigration.Execution.MigrationResult
        $received[0].EndState, $received[0].Host | Should -Be Moved, $to
        "$($received[1])" | Should -Match "^Starting VM 'ps-j1'"
        Assert-Error $errors[0] MigrationStoppedInQueue ps-j2 'was taken out of the queue'
        $job.HasMoreData | Should -BeFalse
        Receive-Job $job | Should -BeNullOrEmpty
        # Whoever reads a stream of a job that ended comes to its end.
        @($first.Output | ForEach-Object VM) | Should -BeNullOrEmpty
        $job | Remove-Job
        Get-OurJob | Should -BeNullOrEmpty
        Assert-Guest ps-j1 $to
        Assert-Guest ps-j2 $from
    }

    # It brings ps-j1 back to ps-j2.
    It 'is received to its end with Receive-Job -Wait -AutoRemoveJob' {
        $results = @(Start-VmLiveMigration ps-j1 -AsJob -OutVariable job | Receive-Job -Wait -AutoRemoveJob)
        $results.VM, $results.EndState | Should -Be ps-j1, Moved
        "$($job[0].State)" | Should -Be Completed
        Get-OurJob | Should -BeNullOrEmpty
        Assert-Guest ps-j1 $to
    }

    It 'is aborted by Stop-Job: of one VM alone, then of all, with where each is' {
        $traces = Get-Traces ps-j1 $from
        $job = 'ps-j1', 'ps-j2' | Start-VmLiveMigration -Destination $to -Bandwidth 18Mbps -AsJob
        foreach ($guest in $guests) { Wait-Transfer $guest $from }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-Job -Name ps-j2
        "$($job.ChildJobs[1].State)", "$($job.ChildJobs[0].State)", "$($job.State)" | Should -Be Stopped, Running, Running
        Test-Transfer ps-j1 $from | Should -BeTrue -Because 'the other is not disturbed'
        $job | Stop-Job
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 13
        "$($job.State)" | Should -Be Stopped
        $results = @(Receive-Job $job -ErrorVariable errors -ErrorAction SilentlyContinue)
        $results.VM | Should -Be ps-j1, ps-j2
        foreach ($result in $results) {
            $result.Outcome, $result.EndState, $result.Host | Should -Be Aborted, Stayed, $from
        }
        $errors.ForEach{ ($_.FullyQualifiedErrorId -split ',')[0] } | Should -Be MigrationAborted, MigrationAborted
        "$($errors[0])" | Should -Match "VM 'ps-j1' is on $from \($from`: Running"
        foreach ($guest in $guests) { Assert-Guest $guest $from }
        Get-Traces ps-j1 $from | Should -Be $traces
    }

    It 'fails where a migration fails, with its result and its error; Remove-Job -Force aborts the rest' {
        $job = 'ps-j1', 'ps-j2' | Start-VmLiveMigration -Destination $to -Policy VeryLarge -Bandwidth 9Mbps -Timeout '1s' -AsJob
        $first, $second = $job.ChildJobs
        [void](Wait-For 'the first to fail' { "$($first.State)" -eq 'Failed' })
        $first.Output.EndState | Should -Be Stayed
        ($first.Error.FullyQualifiedErrorId -split ',')[0] | Should -Be MigrationNotConverging
        $first.StatusMessage | Should -Match "VM 'ps-j1' is on $from"
        $received = @()
        { $first | Receive-Job -ErrorAction Stop | ForEach-Object { $script:received += $_ } } | Should -Throw "*VM 'ps-j1' is on $from*"
        [void](Wait-For 'the second to start' { "$($second.State)" -ne 'NotStarted' })
        $job | Remove-Job -ErrorAction SilentlyContinue
        Get-OurJob | Should -Be $job -Because 'a job under way is not removed without -Force'
        $job | Remove-Job -Force
        Get-OurJob | Should -BeNullOrEmpty
        "$($job.State)" | Should -Be Failed -Because 'one that failed weighs more than one that was stopped'
        foreach ($guest in $guests) { Assert-Guest $guest $from }
    }
}

Describe 'A scheduled line' {
    # Side by side: each shell takes seconds to come up.
    BeforeAll {
        foreach ($guest in $guests) {
            if (-not (Get-Whereabouts $guest).h1) { Start-VmLiveMigration $guest -Destination h1 | Out-Null }
        }
        $all = Start-Line 'Get-VM ps-j1 -Host h1 | Start-VmLiveMigration -ErrorAction Stop'
        $some = Start-Line "'ps-none', 'ps-j2' | Start-VmLiveMigration -Destination h2"
        $none = Start-Line "'ps-none', 'ps-j1' | Start-VmLiveMigration -Destination h2 -ErrorAction Stop"
        $script:moved = Wait-Line $all
        $script:wentOn = Wait-Line $some
        $script:stopped = Wait-Line $none
        $script:left = Wait-Line (Start-Line 'Start-VmLiveMigration ps-j2 -Bandwidth 9Mbps -AsJob | Out-Null; while ((Get-VmMigration ps-j2).Phase -ne ''PreCopy'') { Start-Sleep -Milliseconds 100 }')
    }

    It 'ends with 0 when all moved, and asks nothing' {
        $moved.Said | Should -Match 'ps-j1 +Succeeded +Moved +h2'
        $moved.Status | Should -Be 0
        Assert-Guest ps-j1 h2
    }

    It 'ends with 1 when one failed, and with -ErrorAction Stop starts no further' {
        $stopped.Said | Should -Match "There is no VM 'ps-none'"
        $stopped.Said | Should -Not -Match 'ps-j1'
        $stopped.Status | Should -Be 1
    }

    It 'ends with 1 when one failed, and without it goes on to the others' {
        $wentOn.Said | Should -Match "There is no VM 'ps-none'"
        $wentOn.Said | Should -Match 'ps-j2 +Succeeded +Moved +h2'
        $wentOn.Status | Should -Be 1
        Assert-Guest ps-j2 h2
    }

    It 'that leaves its job behind aborts it, says where the VM is, and ends with 1' {
        $left.Said | Should -Match "WARNING: .*it was stopped on request\. VM 'ps-j2' is on h2 \(h2: Running"
        $left.Status | Should -Be 1
    }
}

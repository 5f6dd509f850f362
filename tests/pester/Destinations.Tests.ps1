BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    New-Guest td-1, td-2
    # One that does not run, with what no host of the lab has.
    Invoke-Lab destroy td-big
    $definition = Join-Path $TestDrive td-big.xml
    "<domain type='qemu'><name>td-big</name><memory unit='TiB'>4</memory><vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='99'/></cputune>" +
        "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os></domain>" | Set-Content $definition
    Invoke-Virsh h1 define $definition | Out-Null

    # A host at an address that nobody has.
    function Register-DeadHost { Register-VmHost far qemu+tcp://10.77.0.99/system -Cluster lab -Force -WarningAction Ignore | Out-Null }
}

AfterAll {
    Remove-Guest td-1, td-2, td-big
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

Describe 'Test-MigrationDestination' {
    BeforeEach { Use-OwnCluster (Join-Path $TestDrive ([guid]::NewGuid())) }

    Context 'A host that can take the VM' {
        It 'is reported with rank, score, merits and the plan, the VM''s own host is not' {
            $report = Test-MigrationDestination td-1
            $report | Should -HaveCount 1
            $report | Should -BeOfType VirtMigration.Placement.DestinationReport
            "$($report.VM) $($report.Source) $($report.Destination)" | Should -Be 'td-1 h1 h2'
            $report.Eligible | Should -BeTrue
            $report.Rank | Should -Be 1
            $report.Score | Should -BeIn (0..100)
            "$($report.Merits.Id)" | Should -Be 'Pins Topology PinsTaken MemoryLoad CpuLoad'
            "$($report.Merits.Share)" | Should -Be '50 25 10 8 7'
            $report.Plan | Should -BeOfType VirtMigration.Planning.MigrationPlan
            $report.Plan.Destination | Should -Be h2
        }

        It 'has a plan with the policy that is asked for' {
            (Test-MigrationDestination td-1).Plan.Policy | Should -Be MinimalDowntime
            (Test-MigrationDestination td-1 -Policy VeryLarge).Plan.Policy | Should -Be VeryLarge
        }

        It 'is yes or no with -Quiet, one for each VM' {
            $said = Test-MigrationDestination td-1, td-big -Quiet
            $said | Should -BeOfType bool
            $said | Should -Be $true, $false
        }

        It 'is less free for the second VM of a pipeline, and not for one asked by itself' {
            $both = Get-VM td-1, td-2 | Test-MigrationDestination -Destination h2
            $both | Should -HaveCount 2
            $loads = $both | ForEach-Object { [int](($_.Merits | Where-Object Id -EQ CpuLoad).Reason -split ' ')[0] }
            $loads[1] | Should -Be ($loads[0] + 1)
            $alone = Test-MigrationDestination td-2 -Destination h2
            [int](($alone.Merits | Where-Object Id -EQ CpuLoad).Reason -split ' ')[0] | Should -Be $loads[0]
        }
    }

    Context 'A host that cannot' {
        It 'has every blocker by its id, no rank, no score and no plan' {
            $report = Test-MigrationDestination td-big
            $report.Eligible | Should -BeFalse
            $report.Rank, $report.Score, $report.Plan | Should -Be $null, $null, $null
            $blockers = $report.Findings | Where-Object Severity -EQ Blocker
            foreach ($id in 'PinnedCpusMissing', 'MemoryInsufficient', 'VmNotRunning') { $blockers.Id | Should -Contain $id }
            ($blockers | Where-Object Id -EQ PinnedCpusMissing).Present | Should -Match 'CPU 99'
            $blockers.Action | Should -Not -Contain ''
        }

        It 'is the VM''s own' {
            $report = Test-MigrationDestination td-1 -Destination h1
            $report.Eligible | Should -BeFalse
            $report.Findings.Id | Should -Contain SameHost
        }

        It 'and does not answer is a row with HostSilent, the last one, and the others are looked at' {
            Register-DeadHost
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $reports = Test-MigrationDestination td-1
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
            "$($reports.Destination)" | Should -Be 'h2 far'
            $reports[0].Eligible | Should -BeTrue
            $reports[1].Eligible | Should -BeFalse
            "$($reports[1].Findings.Id)" | Should -Be HostSilent
            $reports[1].Findings[0].Action | Should -Not -BeNullOrEmpty
        }
    }

    Context 'What is not there' {
        It 'is an unknown host, with the names that are near' {
            $caught = Get-ErrorOf { Test-MigrationDestination td-1 -Destination h9 }
            Assert-Error $caught HostNotFound h9 'h9'
            "$caught $($caught.ErrorDetails.RecommendedAction)" | Should -Match 'h1|h2'
        }

        It 'is an unknown VM, and the others are reported' {
            $reports = Test-MigrationDestination td-none, td-1 -ErrorVariable failed -ErrorAction SilentlyContinue
            $reports.VM | Should -Be td-1
            ($failed[0].FullyQualifiedErrorId -split ',')[0] | Should -Be VmNotFound
        }

        It 'is an unknown policy, which ends the command' {
            $caught = Get-ErrorOf { Test-MigrationDestination td-1, td-2 -Policy Largest }
            Assert-Error $caught PolicyNotFound Largest 'Largest'
        }
    }

    Context 'How it reads' {
        It 'shows the ids of blockers and fits into 100 columns' {
            $view = Test-MigrationDestination td-big, td-1 | Get-View
            Assert-View $view 'VM +Destination +Eligible +Rank +Score +Blockers, else warnings'
            $view | Should -Match 'PinnedCpusMissing'
            (Test-MigrationDestination td-big).Findings | Get-View | Should -Match 'Severity +: Blocker'
        }

        It 'goes through JSON without a warning' {
            $back = ConvertTo-AndFromJson (Test-MigrationDestination td-1)
            $back.Destination | Should -Be h2
            $back.Plan.Policy | Should -Be MinimalDowntime
        }
    }

    Context 'What follows' {
        It 'is the move: the best report goes to Start-VmLiveMigration' {
            $result = Get-VM td-1 | Test-MigrationDestination | Select-Object -First 1 | Start-VmLiveMigration
            $result.Outcome | Should -Be Succeeded
            Assert-Guest td-1 h2
        }
    }
}

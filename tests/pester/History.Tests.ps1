BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    # Not in TestDrive: what a context writes there is gone after it.
    $script:folder = Join-Path ([IO.Path]::GetTempPath()) "ps-$([guid]::NewGuid())"
    Use-OwnCluster $folder
    $script:file = Join-Path $env:VIRTMIGRATION_HOME history.jsonl
    New-Guest ps-h1, ps-h2
}

AfterAll {
    Remove-Guest ps-h1, ps-h2
    $env:VIRTMIGRATION_HOME = $script:homeBefore
    Remove-Item $script:folder -Recurse -ErrorAction Ignore
}

Describe 'Get-VmMigrationHistory' {
    Context 'Nothing was run yet' {
        It 'gives nothing, and says nothing' {
            $said = @(Get-VmMigrationHistory *>&1) + @(Get-VmMigrationHistory -Last 3 *>&1)
            $said | Should -BeNullOrEmpty
            Test-Path $file | Should -BeFalse
        }
    }

    Context 'Runs that ended each in its own way' {
        BeforeAll {
            $script:started = Get-Date
            $script:moved = Start-VmLiveMigration ps-h1 -Destination h2 -Policy VeryLarge
            $script:away = Start-VmLiveMigration ps-h2 -Destination h2
            $shell = Start-Shell 'Start-VmLiveMigration ps-h1 -Destination h1 -Bandwidth 9Mbps -ErrorAction SilentlyContinue | Out-Null'
            try {
                Wait-Transfer ps-h1 h2
                Stop-VmMigration ps-h1 | Out-Null
                Wait-Shell $shell
            }
            finally { Remove-Shell $shell }
            $script:refused = Get-ErrorOf { Start-VmLiveMigration ps-h1 -Destination h2 }
            $script:runs = @(Get-VmMigrationHistory)
        }

        It 'lists those that were started, the newest last' {
            $refused | Should -Not -BeNullOrEmpty
            $runs.VM | Should -Be ps-h1, ps-h2, ps-h1
            $runs.EndState | Should -Be Moved, Moved, Stayed
            $runs.Source | Should -Be h1, h1, h2
            $runs.Destination | Should -Be h2, h2, h1
            $runs[0].StartedAt | Should -BeLessOrEqual $runs[1].StartedAt
        }

        It 'holds what the result held' {
            $runs[0] | Should -BeOfType VirtMigration.Execution.MigrationRecord
            foreach ($name in 'VM', 'Uuid', 'Policy', 'Outcome', 'EndState', 'Host', 'Duration', 'Downtime', 'TotalTime', 'Sent', 'Throughput', 'Passes', 'ParallelConnections', 'ZeroCopy', 'StartedAt') {
                $runs[0].$name | Should -Be $moved.$name -Because $name
            }
            "$($runs[0].OnSource); $($runs[0].OnDestination)" | Should -Be "$($moved.OnSource); $($moved.OnDestination)"
            $runs[0].Plan.Decisions.Count | Should -Be $moved.Plan.Decisions.Count
            $runs[0].Plan.Techniques | Should -Contain ZeroCopy
            $runs[0].Operator | Should -Be "$([Environment]::UserName)@$([Environment]::MachineName)"
            $runs[0].Machine | Should -Be ([Environment]::MachineName)
        }

        It 'has samples from the first to the end' {
            $samples = $runs[2].Samples
            $samples | Should -BeOfType VirtMigration.Convergence.MigrationSample
            $samples[-1].Phase | Should -Be Ended
            $samples.Where{ $_.Phase -eq 'PreCopy' }.Count | Should -BeGreaterThan 0
            $samples.VM | Select-Object -Unique | Should -Be ps-h1
        }

        It 'says how it failed' {
            $runs[2].ErrorId | Should -Be MigrationStoppedElsewhere
            $runs[2].Error | Should -Match "VM 'ps-h1' is on h2"
            $runs[2].RecommendedAction | Should -Not -BeNullOrEmpty
        }

        It 'has real arrays, and goes through JSON' {
            foreach ($name in 'Measured', 'Notices', 'Actions', 'Samples') { $runs[0].$name -is [array] | Should -BeTrue -Because $name }
            $runs[0].Plan.Decisions -is [array] | Should -BeTrue
            $back = ConvertTo-AndFromJson $runs[0]
            $back.VM | Should -Be ps-h1
            $back.Samples.Count | Should -Be $runs[0].Samples.Count
            $back.Plan.Decisions[0].Setting | Should -Be $runs[0].Plan.Decisions[0].Setting
        }

        It 'finds <Expected> by <Arguments.Keys> <Arguments.Values>' -ForEach @(
            @{ Arguments = @{ VM = 'ps-h2' }; Expected = 1 }
            @{ Arguments = @{ VM = 'PS-*' }; Expected = 3 }
            @{ Arguments = @{ VM = 'none' }; Expected = 0 }
            @{ Arguments = @{ Source = 'h2' }; Expected = 1 }
            @{ Arguments = @{ Destination = 'h2' }; Expected = 2 }
            @{ Arguments = @{ EndState = 'Stayed', 'Unknown' }; Expected = 1 }
            @{ Arguments = @{ Operator = '*@nowhere' }; Expected = 0 }
            @{ Arguments = @{ Operator = '*@*' }; Expected = 3 }
            @{ Arguments = @{ Last = 2 }; Expected = 2 }
            @{ Arguments = @{ Before = [datetime]::new(2020, 1, 1) }; Expected = 0 }
            @{ Arguments = @{ VM = 'ps-h1'; EndState = 'Moved' }; Expected = 1 }
        ) {
            @(Get-VmMigrationHistory @Arguments).Count | Should -Be $Expected
        }

        It 'takes times as the shell''s own' {
            @(Get-VmMigrationHistory -After $started).Count | Should -Be 3
            @(Get-VmMigrationHistory -Before $started).Count | Should -Be 0
            @(Get-VmMigrationHistory -After $runs[1].StartedAt.LocalDateTime).Count | Should -Be 2
        }

        It 'gives the newest with -Last, the oldest of them first' {
            (Get-VmMigrationHistory -Last 2).Id | Should -Be $runs[1].Id, $runs[2].Id
            (Get-VmMigrationHistory ps-h1 -Last 1).Id | Should -Be $runs[2].Id
        }

        It 'takes VMs from the pipeline: objects, names, UUIDs, results' {
            (Get-VM ps-h1 | Get-VmMigrationHistory).Count | Should -Be 2
            ('ps-h1', 'ps-h2' | Get-VmMigrationHistory).Count | Should -Be 3
            ("$($moved.Uuid)" | Get-VmMigrationHistory).Count | Should -Be 2
            @($away | Get-VmMigrationHistory).Count | Should -Be 1
            @($runs[1] | Get-VmMigrationHistory).Count | Should -Be 1
            @(@() | Get-VmMigrationHistory).Count | Should -Be 0
        }

        It 'refuses <Id>' -ForEach @(
            @{ Id = 'LastOutOfRange'; Arguments = @{ Last = 0 }; Message = 'The last 0 runs are none' }
            @{ Id = 'HistoryRangeInvalid'; Arguments = @{ After = [datetime]::new(2026, 2, 1); Before = [datetime]::new(2026, 1, 1) }; Message = '2026-02-01' }
        ) {
            Assert-Error (Get-ErrorOf { Get-VmMigrationHistory @Arguments }) $Id '' $Message
        }

        It 'reads well as a table' {
            $view = Get-VmMigrationHistory | Get-View
            Assert-View $view 'Start +VM +Source +Destination +Policy +EndState +Duration +Downtime'
            $view | Should -Match 'ps-h1 +h1 +h2 +VeryLarge +Moved'
        }

        It 'reads well as a list' {
            $list = Get-VmMigrationHistory -Last 1 | Format-List | Out-String -Width 160
            $list | Should -Match '(?m)^ErrorId +: MigrationStoppedElsewhere'
            $list | Should -Match '(?m)^Decisions +: Policy: MinimalDowntime'
            $list | Should -Match 'PreCopy, pass 1, .* remaining'
            $plan = $runs[0].Plan | Out-String -Width 160
            $plan | Should -Match '(?m)^Techniques +: Live, PeerToPeer'
        }
    }

    Context 'Files that others wrote' {
        AfterEach { Set-Content $file $whole }
        BeforeAll { $script:whole = Get-Content $file }

        It 'leaves out what cannot be read, and says how much' {
            $newer = $whole[0] -replace '"formatVersion":1,', '"formatVersion":2,'
            Set-Content $file ($whole[0], $newer, $whole[1].Substring(0, 200))
            $read = @(Get-VmMigrationHistory -WarningVariable warnings -WarningAction SilentlyContinue)
            $read.Count | Should -Be 1
            $warnings.Count | Should -Be 2
            "$($warnings[0])" | Should -Match 'A newer version of VirtMigration wrote 1 run in .*history.jsonl'
            "$($warnings[1])" | Should -Match '^1 line in .*history.jsonl'
        }
    }

    Context 'A disk that is full' {
        It 'changes nothing about the migration; the result says so' {
            $full = Join-Path $TestDrive full
            New-Item $full -ItemType Directory | Out-Null
            Copy-Item (Join-Path $env:VIRTMIGRATION_HOME cluster.json) $full
            New-Item (Join-Path $full history.jsonl) -ItemType SymbolicLink -Value /dev/full | Out-Null
            $before = $env:VIRTMIGRATION_HOME
            $env:VIRTMIGRATION_HOME = $full
            try {
                $result = Start-VmLiveMigration ps-h2 -Destination h1 -WarningVariable warnings -WarningAction SilentlyContinue
                $result.EndState | Should -Be Moved
                $result.Outcome | Should -Be Succeeded
                $result.Notices | Should -Match '^the run could not be recorded: .*No space left on device'
                "$warnings" | Should -Match "VM 'ps-h2': the run could not be recorded"
                Assert-Guest ps-h2 h1
            }
            finally { $env:VIRTMIGRATION_HOME = $before }
        }
    }

    Context 'Ctrl+C' {
        It 'is recorded too' {
            $from = (Get-Whereabouts ps-h1).h1 ? 'h1' : 'h2'
            $before = @(Get-VmMigrationHistory).Count
            $terminal = Open-Terminal
            try {
                Send-Line $terminal 'Start-VmLiveMigration ps-h1 -Bandwidth 9Mbps'
                Wait-Transfer ps-h1 $from
                Send-CtrlC $terminal
                [void](Wait-For 'the record' { @(Get-VmMigrationHistory).Count -gt $before } 30)
            }
            finally { Close-Terminal $terminal }
            $run = Get-VmMigrationHistory -Last 1
            $run.EndState | Should -Be Stayed
            $run.Outcome | Should -Be Aborted
            $run.Actions.Action | Should -Contain 'stop requested'
        }
    }

    Context 'Several shells at once' {
        It 'tear no line' {
            $before = @(Get-VmMigrationHistory).Count
            $shells = 1..3 | ForEach-Object {
                Start-Shell @'
                    $history = [VirtMigration.State.HistoryFile]::new($env:VIRTMIGRATION_HOME)
                    $one = Get-VmMigrationHistory -Last 1
                    $id = [VirtMigration.Execution.MigrationRecord].GetProperty('Id')
                    1..40 | ForEach-Object {
                        $copy = [VirtMigration.Execution.MigrationRecord].GetMethod('<Clone>$').Invoke($one, $null)
                        $id.SetValue($copy, [guid]::NewGuid())
                        $history.AppendAsync($copy, [Threading.CancellationToken]::None).GetAwaiter().GetResult()
                    }
'@
            }
            try { foreach ($shell in $shells) { Wait-Shell $shell } } finally { foreach ($shell in $shells) { Remove-Shell $shell } }
            $after = @(Get-VmMigrationHistory -WarningVariable warnings -WarningAction SilentlyContinue)
            $warnings | Should -BeNullOrEmpty
            $after.Count | Should -Be ($before + 120)
        }
    }
}

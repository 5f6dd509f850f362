BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    # Of h1 and h2 alone, also where the lab has more hosts: a VM without a destination goes to the other one.
    Use-OwnCluster (Join-Path $TestDrive cluster)
    $script:guests = 'ps-m1', 'ps-m2'
    New-Guest $guests

    # A migration as another shell does it, so that this one can look on.
    function Start-Migration([string] $Arguments) {
        $script:shell = Start-Shell "$Arguments | ForEach-Object { `"`$(`$_.VM) `$(`$_.EndState) `$(`$_.Outcome) `$(`$_.ErrorId)`" }"
    }

    function Wait-Migration([int] $Seconds = 90) { Wait-Shell $script:shell $Seconds }
}

AfterAll {
    Remove-Guest ps-m1, ps-m2, ps-off
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

Describe 'Migration' {
    BeforeEach {
        $script:shell = $null
        # Each test takes the guests where the one before left them.
        $script:from = (Get-Whereabouts ps-m1).h1 ? 'h1' : 'h2'
        $script:to = $from -eq 'h1' ? 'h2' : 'h1'
    }

    AfterEach { Remove-Shell $script:shell }

    Context 'The pipeline' {
        BeforeAll {
            $script:results = @(Get-VM ps-m* -Host h1 | Start-VmLiveMigration -Policy VeryLarge)
        }

        It 'moves both guests' {
            Assert-Guest ps-m1 h2
            Assert-Guest ps-m2 h2
        }

        It 'gives one typed result a VM, in the order given' {
            $results.VM | Should -Be ps-m1, ps-m2
            foreach ($result in $results) {
                $result | Should -BeOfType VirtMigration.Execution.MigrationResult
                $result.Outcome | Should -Be Succeeded
                $result.EndState | Should -Be Moved
                $result.Host | Should -Be h2
                $result.Source | Should -Be h1
                $result.Policy | Should -Be VeryLarge
                $result.ErrorId | Should -BeNullOrEmpty
                $result.OnSource.Present | Should -BeFalse
                $result.OnDestination.Active | Should -BeTrue
                $result.OnDestination.Persistent | Should -BeTrue
            }
        }

        It 'sent with parallel connections and zero-copy' {
            $results.ParallelConnections | Should -Be 2, 2
            $results.ZeroCopy | Should -Be $true, $true
        }

        It 'brings libvirt''s own figures' {
            foreach ($result in $results) {
                $result.TotalTime | Should -BeGreaterThan ([timespan]::Zero)
                $result.Downtime | Should -BeGreaterThan ([timespan]::Zero)
                $result.Downtime | Should -BeLessThan $result.TotalTime
                $result.TotalTime | Should -BeLessThan $result.Duration
                $result.Sent.Bytes | Should -BeGreaterThan 32MB
                $result.Passes | Should -BeGreaterOrEqual 2
            }
        }

        It 'went one at a time' {
            $results[1].StartedAt | Should -BeGreaterOrEqual ($results[0].StartedAt + $results[0].Duration)
        }

        It 'leaves the downtime limit and the metadata as they are in a fresh guest' {
            Get-Traces ps-m1 h2 | Should -Not -Match intent
        }

        It 'reads well at 100 columns' {
            $view = $results | Get-View
            Assert-View $view 'VM +Outcome +EndState +Host +Time +Downtime +Sent +Passes'
            $view | Should -Match '(?m)^ps-m1 +Succeeded Moved +h2 +[\d.]+ m?s +[\d.]+ m?s +[\d.]+ MiB +\d+'
            $list = $results[0] | Format-List | Get-View
            Assert-View $list 'VM +: ps-m1'
            $list | Should -Match '(?m)^OnSource +: h1: does not have it'
        }

        It 'goes through JSON' {
            $back = ConvertTo-AndFromJson $results
            $back.VM | Should -Be ps-m1, ps-m2
            $back[0].Plan.Decisions.Setting | Should -Contain ZeroCopy
            $back[0].OnDestination.Host | Should -Be h2
        }
    }

    Context 'What is asked for' {
        It 'is printed as a plan with -WhatIf, and nothing moves' {
            $before = Get-Whereabouts ps-m1
            $traces = Get-Traces ps-m1 $from
            $said = Invoke-Shell "Get-VM ps-m1 | Start-VmLiveMigration -Policy VeryLarge -WhatIf"
            $said | Should -Match "What if: VM 'ps-m1' \(128 MiB\): $from -> $to, policy VeryLarge, 2 connections with zero-copy"
            foreach ($setting in 'Destination', 'ParallelConnections', 'ZeroCopy', 'Bandwidth', 'InitialDowntime', 'Schedule') {
                $said | Should -Match "(?m)^ +$setting +\S"
            }
            (Get-Whereabouts ps-m1).Values | Should -Be $before.Values
            Get-Traces ps-m1 $from | Should -Be $traces
        }

        It 'is the same as Get-VmMigrationPlan shows' {
            $plan = Get-VmMigrationPlan ps-m1 -Policy VeryLarge -Bandwidth 800Mbps -MaxDowntime 700ms
            $plan | Should -BeOfType VirtMigration.Planning.MigrationPlan
            $plan.Transfer.Bandwidth.BitsPerSecond | Should -Be 800000000
            $plan.InitialDowntime.TotalMilliseconds | Should -Be 700
            ($plan.Decisions | Where-Object Setting -EQ Bandwidth).Origin | Should -Be Parameter
            $said = Invoke-Shell "Start-VmLiveMigration ps-m1 -Policy VeryLarge -Bandwidth 800Mbps -MaxDowntime 700ms -WhatIf"
            $said -replace '\s+', ' ' | Should -Be "What if: $($plan.ToText() -replace '\s+', ' ')"
        }

        It 'has a plan that reads at 100 columns and goes through JSON' {
            $plan = Get-VmMigrationPlan ps-m1
            Assert-View ($plan | Get-View) "VM 'ps-m1'"
            Assert-View ($plan.Decisions | Get-View) 'Setting +Origin +Taken +Reason'
            (ConvertTo-AndFromJson $plan).Decisions.Count | Should -BeGreaterThan 10
        }

        It 'can be a name, without a question' {
            (Start-VmLiveMigration ps-m1 -Confirm:$false).EndState | Should -Be Moved
            Assert-Guest ps-m1 $to
        }

        It 'can be a UUID, with its destination' {
            $uuid = (Get-VM ps-m1).Uuid
            $result = "$uuid" | Start-VmLiveMigration -Destination $to.ToUpperInvariant()
            $result.Uuid | Should -Be $uuid
            $result.Host | Should -Be $to
            Assert-Guest ps-m1 $to
        }

        It 'goes on after a VM that is not there' {
            $result = 'ps-none', 'ps-m1' | Start-VmLiveMigration -ErrorVariable errors -ErrorAction SilentlyContinue
            Assert-Error $errors[0] VmNotFound ps-none "no VM 'ps-none'"
            $result.VM | Should -Be ps-m1
            Assert-Guest ps-m1 $to
        }
    }

    Context 'A migration under way' {
        BeforeEach {
            # Both guests together.
            if (-not (Get-Whereabouts ps-m2)[$from]) { Start-VmLiveMigration ps-m2 -Destination $from | Out-Null }
        }

        AfterEach {
            foreach ($guest in $guests) { timeout 20 virsh -c "qemu+tcp://10.77.0.1$($from[1])/system" domjobabort $guest *> $null }
            foreach ($guest in $guests) { [void](Wait-For "no transfer of $guest" { -not (Test-Transfer $guest $from) }) }
            # A shell that is killed while it puts things right would leave them to the next test.
            if ($shell) { Wait-Migration 30 | Out-Null }
        }

        It 'with MinimalDowntime has another beside it' {
            Start-Migration "Get-VM ps-m1, ps-m2 -Host $from | Start-VmLiveMigration -Bandwidth 18Mbps"
            $both = Wait-For 'both in one look' {
                $seen = @(Get-VmMigration ps-* -Host $to | Where-Object { $_.Phase -eq 'PreCopy' })
                if ($seen.Count -eq 2) { , $seen }
            }
            $both.VM | Should -Be ps-m1, ps-m2
            foreach ($migration in $both) {
                $migration | Should -BeOfType VirtMigration.Execution.VmMigration
                $migration.Source | Should -Be $from
                $migration.Destination | Should -Be $to
                $migration.Policy | Should -Be MinimalDowntime
                $migration.Attended | Should -BeTrue
                $migration.Controller | Should -Match "process $($shell.Process.Id)"
                $migration.Total.Bytes | Should -BeGreaterThan 128MB
            }
            Assert-View ($both | Get-View) 'VM +Source +Destination +Phase +Pass +% +Outlook +Controller'
            (ConvertTo-AndFromJson $both).VM | Should -Be ps-m1, ps-m2

            [void](Wait-For 'the cap to be shared' { ($guests.ForEach{ "$(Invoke-Virsh $from migrate-getspeed $_)".Trim() } -join ' ') -eq '1 1' })

            [void](Wait-For 'the end' {
                foreach ($guest in $guests) { Set-FullSpeed $guest $from }
                $shell.Process.HasExited
            })
            Wait-Migration | Should -Match 'ps-m1 Moved Succeeded'
            Wait-Migration | Should -Match 'ps-m2 Moved Succeeded'
            Assert-Guest ps-m1 $to
            Assert-Guest ps-m2 $to
        }

        It 'cannot be started again: Watch is offered' {
            Start-Migration "Start-VmLiveMigration ps-m1 -Bandwidth 9Mbps"
            Wait-Transfer ps-m1 $from
            $record = Get-ErrorOf { Start-VmLiveMigration ps-m1 }
            Assert-Error $record MigrationAlreadyRunning ps-m1 'is being migrated already'
            $record.ErrorDetails.RecommendedAction | Should -Match 'Watch-VmMigration ps-m1'
            Test-Transfer ps-m1 $from | Should -BeTrue -Because 'the one under way is not disturbed'
        }

        It 'is watched by name' {
            Start-Migration "Start-VmLiveMigration ps-m1 -Bandwidth 9Mbps"
            Wait-Transfer ps-m1 $from
            $samples = @(Watch-VmMigration ps-m1 -Interval 200ms | Select-Object -First 4)
            $samples.Count | Should -Be 4
            $samples[0] | Should -BeOfType VirtMigration.Convergence.MigrationSample
            $samples.Phase | Should -Be (@('PreCopy') * 4)
            $samples.Percent | Should -Be ($samples.Percent | Sort-Object)
            $samples[-1].Sent.Bytes | Should -BeGreaterThan $samples[0].Sent.Bytes
            Assert-View ($samples | Get-View) 'VM +Phase +Pass +% +Remaining +Slowed +Elapsed +Outlook'
            (ConvertTo-AndFromJson $samples)[0].VM | Should -Be ps-m1
            Test-Transfer ps-m1 $from | Should -BeTrue -Because 'Watch only looks'
        }

        It 'is stopped, and the guest is as before' {
            $traces = Get-Traces ps-m1 $from
            $traces | Should -Not -Match intent
            Start-Migration "Start-VmLiveMigration ps-m1 -Bandwidth 9Mbps"
            Wait-Transfer ps-m1 $from
            Invoke-Shell 'Stop-VmMigration ps-m1 -WhatIf' | Should -Match "Stop the migration of VM 'ps-m1' from $from to $to"
            Test-Transfer ps-m1 $from | Should -BeTrue
            $stopped = Stop-VmMigration ps-m1
            $stopped | Should -BeOfType VirtMigration.Execution.StoppedMigration
            $stopped.EndState | Should -Be Stayed
            $stopped.Source | Should -Be $from
            Wait-Migration | Should -Match 'ps-m1 Stayed Aborted MigrationStoppedElsewhere'
            Assert-Guest ps-m1 $from
            Get-Traces ps-m1 $from | Should -Be $traces
            (ConvertTo-AndFromJson $stopped).VM | Should -Be ps-m1
            Assert-View ($stopped | Get-View) 'VM +: ps-m1|VM +Source'
            Assert-Error (Get-ErrorOf { Stop-VmMigration ps-m1 }) MigrationNotFound ps-m1 'is not being migrated'
        }

        It 'that waits is listed by another runspace, and taken out of its queue' {
            Start-Migration "Start-VmLiveMigration ps-m1 -Bandwidth 9Mbps"
            Wait-Transfer ps-m1 $from
            $traces = Get-Traces ps-m2 $from
            $job = Start-ThreadJob -ArgumentList (Get-ModuleUnderTest) {
                Import-Module $args[0]
                Start-VmLiveMigration ps-m2 -Policy VeryLarge -ErrorVariable errors -ErrorAction SilentlyContinue
                "ERROR $($errors[0].FullyQualifiedErrorId) $($errors[0].CategoryInfo.Category) $($errors[0])"
            }
            try {
                $queued = Wait-For 'the queue' { Get-VmMigration ps-m2 | Where-Object { $_.Phase -eq 'Queued' -and $_.Outlook -match 'needs' } }
                $queued | Should -BeOfType VirtMigration.Execution.VmMigration
                $queued.QueuePosition | Should -Be 1
                $queued.Source, $queued.Destination, $queued.Policy, $queued.Attended | Should -Be $from, $to, 'VeryLarge', $true
                $queued.Outlook | Should -Match "^it migrates over parallel connections and needs $from and $to for itself; VM 'ps-m1' is under way on $from, by \S+@\S+, since \d\d:\d\d$"
                $queued.Controller | Should -Match "process $PID$"
                Get-VmMigration ps-m2 -Host h9* | Should -BeNullOrEmpty
                (Get-VmMigration ps-m*).VM | Should -Be ps-m1, ps-m2
                Assert-View ($queued | Get-View) 'VM +Source +Destination +Phase'

                Stop-VmMigration ps-m2 -WhatIf
                (Get-VmMigration ps-m2).Phase | Should -Be Queued
                $stopped = $queued | Stop-VmMigration
                $stopped | Should -BeOfType VirtMigration.Execution.StoppedMigration
                $stopped.EndState, $stopped.Source, $stopped.Destination | Should -Be Stayed, $from, $to
                Get-VmMigration ps-m2 | Should -BeNullOrEmpty
                $said = $job | Receive-Job -Wait
                $said | Should -Match "^ERROR MigrationStoppedInQueue,\S+ OperationStopped VM 'ps-m2' was taken out of the queue"
                $said | Should -Match "It is on $from, and nothing was done to it"
            }
            finally {
                $job | Remove-Job -Force
            }
            Get-Traces ps-m2 $from | Should -Be $traces
            Assert-Guest ps-m2 $from
            Test-Transfer ps-m1 $from | Should -BeTrue -Because 'the one under way is not disturbed'
        }

        It 'of virsh is listed, and watched to its end' {
            $virsh = Start-VirshMigration ps-m1 $from $to
            Wait-Transfer ps-m1 $from
            $migration = Get-VmMigration ps-m1
            $migration.Source | Should -Be $from
            $migration.Destination | Should -Be $to
            $migration.Policy | Should -BeNullOrEmpty
            $migration.Attended | Should -BeNullOrEmpty
            $migration.Controller | Should -Match 'elsewhere'

            $script:shell = Start-Shell 'Watch-VmMigration ps-m1 -Interval 100ms | ForEach-Object { "$($_.Phase) $($_.Percent)" }'
            [void](Wait-For 'the first sample' { (Get-Content $shell.Log -Raw) -match 'PreCopy' })
            Set-FullSpeed ps-m1 $from
            $lines = (Wait-Migration).Trim() -split "`n"
            $lines[-1] | Should -Be 'Ended 100'
            $percent = $lines.ForEach{ [int]($_ -split ' ')[1] }
            $percent | Should -Be ($percent | Sort-Object)
            [void]$virsh.WaitForExit(30000)
            $virsh.ExitCode | Should -Be 0
            Assert-Guest ps-m1 $to
        }

        It 'shows progress that never runs backwards' {
            $script = {
                param($Module, $Arguments)
                Import-Module $Module
                Start-VmLiveMigration @Arguments
            }
            $powershell = [powershell]::Create().AddScript($script).AddArgument((Get-ModuleUnderTest)).AddArgument(@{ VM = $guests; Bandwidth = '400Mbps' })
            try {
                $results = $powershell.Invoke()
                $results.EndState | Should -Be Moved, Moved
                $records = @($powershell.Streams.Progress | Where-Object Activity -Match '^ps-m')
                foreach ($guest in $guests) {
                    $its = @($records | Where-Object Activity -EQ "${guest}: $from -> $to")
                    @($its.ActivityId | Sort-Object -Unique).Count | Should -Be 1
                    $its[-1].RecordType | Should -Be Completed
                    $shown = @($its | Where-Object { $_.RecordType -eq 'Processing' -and $_.PercentComplete -ge 0 })
                    $shown.PercentComplete | Should -Be ($shown.PercentComplete | Sort-Object)
                    @($shown.PercentComplete | Sort-Object -Unique).Count | Should -BeGreaterThan 3
                    $shown[-1].PercentComplete | Should -BeLessThan 100
                    $passes = @($shown.StatusDescription | Select-String '^pass (\d+), .+; .* of .* in this pass' | ForEach-Object { [int]$_.Matches[0].Groups[1].Value })
                    $passes.Count | Should -BeGreaterThan 3
                    $passes | Should -Be ($passes | Sort-Object)
                    @($shown | Where-Object SecondsRemaining -GT 0) | Should -Not -BeNullOrEmpty -Because 'an ETA is shown'
                    @($shown.StatusDescription) -match 'iB/s' | Should -Not -BeNullOrEmpty -Because 'the rate is shown'
                }
            }
            finally {
                $powershell.Dispose()
            }
            foreach ($guest in $guests) { Assert-Guest $guest $to }
        }
    }

    Context 'What cannot be done' {
        BeforeAll {
            New-ShutOffGuest ps-off
            $script:labHome = $env:VIRTMIGRATION_HOME
            $at = (Get-Whereabouts ps-m1).h1 ? 'h1' : 'h2'
            $script:before = "$((Get-Whereabouts ps-m1).Values) $(Get-Traces ps-m1 $at) $((Invoke-Virsh $at domid ps-m1).Trim())"
        }

        AfterEach {
            $env:VIRTMIGRATION_HOME = $labHome
            # Nothing was touched.
            "$((Get-Whereabouts ps-m1).Values) $(Get-Traces ps-m1 $from) $((Invoke-Virsh $from domid ps-m1).Trim())" | Should -Be $before
        }

        It 'is a VM that is shut off' {
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-off }) VmNotRunning ps-off 'ShutOff'
            (Get-Whereabouts ps-off).h1 | Should -Be 'shut off'
        }

        It 'is the host it is on' {
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-m1 -Destination $from }) DestinationIsSource ps-m1 "already is on $from"
        }

        It 'is the host it is on, under another name' {
            $env:VIRTMIGRATION_HOME = Join-Path $TestDrive twin
            Register-VmHost h1 qemu+tcp://10.77.0.11/system | Out-Null
            Register-VmHost h2 qemu+tcp://10.77.0.12/system | Out-Null
            Register-VmHost twin "qemu+tcp://10.77.0.1$($from[1]):16509/system" -Force | Out-Null
            $vm = Get-VM ps-m1 -Host $from
            Assert-Error (Get-ErrorOf { $vm | Start-VmLiveMigration -Destination twin }) DestinationIsSource ps-m1 'the same host: both have the UUID'
        }

        It 'is an unknown policy' {
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-m1 -Policy VeryLrge }) PolicyNotFound VeryLrge "Did you mean 'VeryLarge'"
        }

        It 'is an unknown destination' {
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-m1 -Destination h3 }) HostNotFound h3 "no host 'h3'. Did you mean 'h1', 'h2'"
        }

        It 'is an unknown VM' {
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-m11 }) VmNotFound ps-m11 "Did you mean 'ps-m1'"
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ([guid]::Empty.ToString()) }) VmNotFound ([guid]::Empty.ToString()) 'There is no VM'
        }

        It 'is a name that means several VMs' {
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-m* }) VmAmbiguous 'ps-m*' 'ps-m1 on h\d.*ps-m2 on h\d'
        }

        It 'is a -Bandwidth of <_>, which has no unit' -ForEach 10, 100MB, 1.5 {
            $value = $_
            Assert-BindingError { Start-VmLiveMigration ps-m1 -Bandwidth $value } 'bare number.*10Gbps'
        }

        It 'is a -Bandwidth of "<_>"' -ForEach '100MB', '100', 'fast', '-1Gbps' {
            $value = $_
            Assert-BindingError { Start-VmLiveMigration ps-m1 -Bandwidth $value } ([regex]::Escape("'$value'"))
        }

        It 'is a -MaxDowntime of <_>, which has no unit' -ForEach 500, 0.5, 100MB {
            $value = $_
            Assert-BindingError { Start-VmLiveMigration ps-m1 -MaxDowntime $value } 'bare number.*500ms'
        }

        It 'is a -MaxDowntime of "<_>"' -ForEach '500', '100MB', 'soon' {
            $value = $_
            Assert-BindingError { Start-VmLiveMigration ps-m1 -MaxDowntime $value } ([regex]::Escape("'$value'"))
        }

        It 'is less than libvirt can be told' {
            $record = Get-ErrorOf { Start-VmLiveMigration ps-m1 -Bandwidth 1Mbps }
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be BandwidthTooSmall
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration ps-m1 -MaxDowntime 1h }) DowntimeOutOfRange ps-m1 '2000 s'
        }

        It 'is anything over a connection that may only read' {
            $socket = Join-Path $env:LAB_DIR "hosts/$from/run/libvirt/libvirt-sock-ro"
            if (-not (Test-Path $socket)) { Set-ItResult -Skipped -Because "$socket is not there" }
            $env:VIRTMIGRATION_HOME = Join-Path $TestDrive readonly
            Register-VmHost reader "qemu+unix:///system?socket=$socket" -PeerUri "qemu+tcp://10.77.0.1$($from[1])/system" -Force | Out-Null
            Register-VmHost other "qemu+tcp://10.77.0.1$($to[1])/system" -Force | Out-Null
            $vm = Get-VM ps-m1 -Host reader
            $vm.Name | Should -Be ps-m1
            $record = Get-ErrorOf { $vm | Start-VmLiveMigration }
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be HostAccessDenied
            "$($record.TargetObject)" | Should -Match '^(reader|ps-m1)$'
            "$record" | Should -Match 'read.only|forbidden'
            $record.ErrorDetails.RecommendedAction | Should -Match 'libvirt-sock-ro'
        }
    }
}

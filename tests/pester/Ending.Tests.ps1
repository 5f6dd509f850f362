BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    # Of h1 and h2 alone, also where the lab has more hosts: a VM without a destination goes to the other one.
    Use-OwnCluster (Join-Path $TestDrive cluster)
    $script:guests = 'ps-e1', 'ps-e2', 'ps-e3'
    New-Guest $guests

    # All guests wholly on h1: what a test left elsewhere comes back.
    function Restore-Guests {
        foreach ($guest in $guests) {
            [void](Wait-For "no transfer of $guest" {
                Set-FullSpeed $guest h1
                -not (Test-Transfer $guest h1)
            })
            if ((Get-Whereabouts $guest).h2 -eq 'running') { Start-VmLiveMigration $guest -Destination h1 | Out-Null }
        }
    }

    # A shell that is in the middle of a migration which does not end by itself.
    function Start-SlowShell([string] $Script) {
        $script:shell = Start-Shell $Script
        Wait-Transfer ps-e1
    }
}

AfterAll {
    Remove-Guest $guests
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

Describe 'The end of a migration' {
    BeforeEach {
        $script:shell = $null
        Restore-Guests
    }

    AfterEach { Remove-Shell $script:shell }

    Context 'Ctrl+C on a terminal' {
        BeforeAll { $script:terminal = Open-Terminal }
        AfterAll { Close-Terminal $terminal }

        BeforeEach { $script:offset = (Get-TerminalText $terminal).Length }

        It 'aborts, says where the VM is, and gives the prompt back' {
            $traces = Get-Traces ps-e1 h1
            $traces | Should -Not -Match intent
            Send-Line $terminal '$r = Start-VmLiveMigration ps-e1 -Bandwidth 9Mbps'
            Wait-Transfer ps-e1
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Send-CtrlC $terminal
            Wait-Text $terminal 'READY> $' 30 $offset
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 13
            $said = Get-TerminalText $terminal $offset
            $said | Should -Match "Migration of VM 'ps-e1' from h1 to h2: it was stopped on request\. VM 'ps-e1' is on h1 \(h1: Running"
            $said | Should -Not -Match 'unknown'
            Assert-Guest ps-e1 h1
            Get-Traces ps-e1 h1 | Should -Be $traces
            Get-VmMigration ps-e1 | Should -BeNullOrEmpty
        }

        It 'names the VMs that were not started' {
            Send-Line $terminal 'Get-VM ps-e1, ps-e2 -Host h1 | Start-VmLiveMigration -Policy VeryLarge -Bandwidth 9Mbps'
            Wait-Transfer ps-e1
            Send-CtrlC $terminal
            Wait-Text $terminal 'READY> $' 30 $offset
            $said = Get-TerminalText $terminal $offset
            $said | Should -Match "VM 'ps-e1' is on h1 \(h1: Running"
            $said | Should -Match "VM 'ps-e2' was still waiting when the command was stopped\. It is on h1"
            Assert-Guest ps-e1 h1
            Assert-Guest ps-e2 h1
        }

        It 'says it of each of two that run side by side' {
            Send-Line $terminal 'Get-VM ps-e1, ps-e2 -Host h1 | Start-VmLiveMigration -Bandwidth 18Mbps'
            Wait-Transfer ps-e1
            Wait-Transfer ps-e2
            Send-CtrlC $terminal
            Wait-Text $terminal 'READY> $' 30 $offset
            $said = Get-TerminalText $terminal $offset
            foreach ($guest in 'ps-e1', 'ps-e2') {
                $said | Should -Match "VM '$guest' is on h1 \(h1: Running"
                Assert-Guest $guest h1
            }
        }

        It 'in Watch ends the watching only' {
            Start-SlowShell 'Start-VmLiveMigration ps-e1 -Bandwidth 9Mbps | ForEach-Object { "$($_.EndState)" }'
            Send-Line $terminal 'Watch-VmMigration ps-e1 -Interval 200ms'
            Wait-Text $terminal 'ps-e1 +PreCopy' 30 $offset
            Send-CtrlC $terminal
            Wait-Text $terminal 'READY> $' 30 $offset
            Test-Transfer ps-e1 | Should -BeTrue -Because 'it goes on'
            Set-FullSpeed ps-e1
            Wait-Shell $shell | Should -Match 'Moved'
            Assert-Guest ps-e1 h2
        }
    }

    Context 'A shell that is killed' {
        It 'leaves the migration to go on by itself, listed as unattended' {
            Start-SlowShell 'Start-VmLiveMigration ps-e1 -Bandwidth 9Mbps'
            kill -9 $shell.Process.Id
            [void]$shell.Process.WaitForExit(10000)
            Test-Transfer ps-e1 | Should -BeTrue -Because 'the source''s daemon drives it'
            $migration = Get-VmMigration ps-e1
            $migration.Attended | Should -BeFalse
            $migration.Controller | Should -Match "^unattended: .*process $($shell.Process.Id) is gone"
            $migration.Policy | Should -Be MinimalDowntime
            Set-FullSpeed ps-e1
            [void](Wait-For 'ps-e1 on h2' { $where = Get-Whereabouts ps-e1; $where.h2 -eq 'running' -and -not $where.h1 })
            Assert-Guest ps-e1 h2
            Get-VmMigration ps-e1 | Should -BeNullOrEmpty -Because 'a record without a job is stale'
            (Start-VmLiveMigration ps-e1 -Destination h1).EndState | Should -Be Moved -Because 'what the dead shell left does not hinder'
            Get-Traces ps-e1 h1 | Should -Not -Match intent
        }
    }

    Context 'A shell that is killed, and whose migration is then stopped' {
        It 'leaves a record that is not taken for the next migration''s' {
            Start-SlowShell 'Start-VmLiveMigration ps-e1 -Bandwidth 9Mbps'
            kill -9 $shell.Process.Id
            [void]$shell.Process.WaitForExit(10000)
            (Stop-VmMigration ps-e1).EndState | Should -Be Stayed
            Assert-Guest ps-e1 h1
            $virsh = Start-VirshMigration ps-e1 h1 h2
            Wait-Transfer ps-e1
            (Get-VmMigration ps-e1).Controller | Should -Match elsewhere
            Set-FullSpeed ps-e1
            [void]$virsh.WaitForExit(30000)
            Assert-Guest ps-e1 h2
        }
    }

    Context 'A shell that is asked to end by SIG<_>' -ForEach 'TERM', 'HUP' {
        It 'aborts before it ends' {
            $traces = Get-Traces ps-e1 h1
            $traces | Should -Not -Match intent
            Start-SlowShell 'Start-VmLiveMigration ps-e1 -Bandwidth 9Mbps'
            kill "-$_" $shell.Process.Id
            [void](Wait-For 'the shell to end' { $shell.Process.HasExited } 20)
            [void](Wait-For 'the abort' { -not (Test-Transfer ps-e1) } 10)
            Assert-Guest ps-e1 h1
            Get-Traces ps-e1 h1 | Should -Be $traces
        }
    }

    Context 'A destination whose daemon is killed' {
        AfterEach {
            Invoke-Lab start h2 libvirtd
            [void](Wait-For 'h2 to answer' { (Get-VmHost h2).State -eq 'Up' })
        }

        It 'leaves the VM on the source, and the result says so' {
            $traces = Get-Traces ps-e1 h1
            $traces | Should -Not -Match intent
            Start-SlowShell @'
                $r = Start-VmLiveMigration ps-e1 -Bandwidth 9Mbps -ErrorVariable e -ErrorAction SilentlyContinue
                "RESULT $($r.EndState) on $($r.Host) $($r.Outcome)"
                "ERROR $($e[0].FullyQualifiedErrorId) | $($e[0]) | $($e[0].ErrorDetails.RecommendedAction)"
'@
            Invoke-Lab kill h2 libvirtd
            $said = Wait-Shell $shell 90
            $said | Should -Match 'RESULT Stayed on h1 Failed'
            $said | Should -Match "ERROR \w+,\S+ \| .*VM 'ps-e1' is on h1 .*\| \S+"
            Invoke-Lab start h2 libvirtd
            [void](Wait-For 'the half on h2 to be gone' { -not (Get-Whereabouts ps-e1).h2 })
            Assert-Guest ps-e1 h1
            Get-Traces ps-e1 h1 | Should -Be $traces
        }
    }

    Context 'A pipeline that wants no more' {
        It 'gets its first result; what runs is seen to its end, the rest is not started' {
            $first = Get-VM ps-e* -Host h1 | Start-VmLiveMigration -Policy VeryLarge -Bandwidth 320Mbps -WarningAction SilentlyContinue | Select-Object -First 1
            $first.VM | Should -Be ps-e1
            $first.EndState | Should -Be Moved
            # The second may have been started in the same moment; then it has ended when the command returns.
            foreach ($guest in $guests) {
                Test-Transfer $guest | Should -BeFalse -Because 'nothing is left to nobody''s care'
                $at = (Get-Whereabouts $guest).h1 ? 'h1' : 'h2'
                Assert-Guest $guest $at
                Get-Traces $guest $at | Should -Not -Match intent
            }
            (Get-Whereabouts ps-e3).h1 | Should -Be running -Because 'it was not started any more'
        }
    }

    Context '-ErrorAction Stop' {
        It 'comes after the result of the migration that failed' {
            Start-SlowShell @'
                try { Start-VmLiveMigration ps-e1 -Bandwidth 9Mbps -ErrorAction Stop | ForEach-Object { "RESULT $($_.VM) $($_.EndState)" } }
                catch { "ERROR $($_.FullyQualifiedErrorId)" }
'@
            Stop-VmMigration ps-e1 | Out-Null
            (Wait-Shell $shell) -replace '\s+', ' ' | Should -Match 'RESULT ps-e1 Stayed ERROR MigrationStoppedElsewhere,'
            Assert-Guest ps-e1 h1
        }

        It 'sees those under way to their end, and says where they are' {
            $said = Invoke-Shell @'
                try { 'ps-e1', 'ps-none', 'ps-e2' | Start-VmLiveMigration -Bandwidth 160Mbps -ErrorAction Stop | ForEach-Object { "RESULT $($_.VM) $($_.EndState)" } }
                catch { "ERROR $($_.FullyQualifiedErrorId)" }
'@
            $said | Should -Match 'ERROR VmNotFound,'
            $said | Should -Match "ps-e1 Moved|VM 'ps-e1' is on h2|VM 'ps-e1' was still waiting.* It is on h1"
            Test-Transfer ps-e1 | Should -BeFalse
            Assert-Guest ps-e1 ($said -match 'still waiting' ? 'h1' : 'h2')
            Assert-Guest ps-e2 h1
        }
    }
}

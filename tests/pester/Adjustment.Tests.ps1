BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    Use-OwnCluster (Join-Path $TestDrive cluster)
    New-Guest ps-s1 -Dirty 20MiB/s
}

AfterAll {
    Remove-Guest ps-s1
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

Describe 'Set-VmMigration' {
    Context 'A VM that is not being migrated' {
        It 'is refused with the way out' {
            Assert-Error (Get-ErrorOf { Set-VmMigration ps-s1 -MaxDowntime 500ms }) MigrationNotFound ps-s1 'not being migrated'
        }

        It 'is not even looked for where a value is bad' {
            Assert-Error (Get-ErrorOf { Set-VmMigration no-such-vm -MaxDowntime '2001s' }) DowntimeOutOfRange no-such-vm '2001 s'
            Assert-Error (Get-ErrorOf { Set-VmMigration no-such-vm }) NothingToChange no-such-vm 'Nothing is stated'
            Assert-BindingError { Set-VmMigration no-such-vm -Bandwidth 100MB } 'bare number'
        }
    }

    Context 'A migration that virsh started and that does not end' {
        BeforeAll {
            $script:virsh = Start-VirshMigration ps-s1 h1 h2
            Wait-Transfer ps-s1
        }

        It 'is not touched by -WhatIf' {
            $said = Invoke-Shell 'Set-VmMigration ps-s1 -MaxDowntime 2000ms -Bandwidth 100MiB/s -PostCopy -WhatIf'
            $said | Should -Match "What if: Migration of VM 'ps-s1' from h1 to h2: bandwidth 1 MiB/s -> 100 MiB/s, downtime limit 300 ms -> 2 s, switch to post-copy"
            Invoke-Virsh h1 migrate-getmaxdowntime ps-s1 | Should -Contain '300'
        }

        It 'is switched to post-copy only where nobody has to be asked' {
            Invoke-Shell 'Set-VmMigration ps-s1 -PostCopy' | Should -Match NonInteractive
            foreach ($answer in { Set-VmMigration ps-s1 -PostCopy -Force }, { Set-VmMigration ps-s1 -PostCopy -Confirm:$false }, { $ConfirmPreference = 'None'; Set-VmMigration ps-s1 -PostCopy }) {
                $record = Get-ErrorOf $answer
                Assert-Error $record PostCopyNotEnabled ps-s1 'started without it'
                $record.ErrorDetails.RecommendedAction | Should -Match '-PostCopy Armed'
            }
        }

        It 'asks before it switches to post-copy, and for nothing else' {
            $terminal = Open-Terminal
            try {
                Send-Line $terminal 'Set-VmMigration ps-s1 -PostCopy'
                Wait-Text $terminal 'the guest is lost, and it cannot be stopped or switched back\. Switch to post-copy\?' 30
                Send-Line $terminal 'n'
                Send-Line $terminal 'Set-VmMigration ps-s1 -MaxDowntime 350ms; "done"'
                Wait-Text $terminal 'done\s+READY> $' 30
                Get-TerminalText $terminal | Should -Not -Match PostCopyNotEnabled
                Get-TerminalText $terminal | Should -Not -Match 'started without it'
                Invoke-Virsh h1 migrate-getmaxdowntime ps-s1 | Should -Contain '350'
            }
            finally { Close-Terminal $terminal }
        }

        It 'says nothing without -PassThru' {
            Set-VmMigration ps-s1 -MaxDowntime 400ms | Should -BeNullOrEmpty
            Invoke-Virsh h1 migrate-getmaxdowntime ps-s1 | Should -Contain '400'
        }

        It 'ends with what it is given, and what changed is reported' {
            $done = Get-VmMigration ps-s1 | Set-VmMigration -MaxDowntime '2s' -Bandwidth 100MiB/s -PassThru
            $done | Should -BeOfType VirtMigration.Execution.AdjustedMigration
            $done.MaxDowntimeBefore.TotalMilliseconds, $done.MaxDowntime.TotalMilliseconds | Should -Be 400, 2000
            "$($done.BandwidthBefore) $($done.Bandwidth)" | Should -Be '8.39 Mbps 838.86 Mbps'
            $done | Get-View | Should -Match 'Bandwidth +: 1 MiB/s -> 100 MiB/s\nMaxDowntime +: 400 ms -> 2 s\n'
            $done | Get-View | Should -Not -Match 'PostCopy|Suspended|Switchover'
            (ConvertTo-AndFromJson $done).VM | Should -Be ps-s1
            [void]$virsh.WaitForExit(30000)
            Assert-Guest ps-s1 h2
        }
    }
}

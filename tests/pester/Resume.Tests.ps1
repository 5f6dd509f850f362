BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    Use-OwnCluster (Join-Path $TestDrive cluster)
    New-Guest ps-r1 -Dirty 1MiB/s
}

AfterAll {
    Invoke-Lab link h1 --up
    Remove-Guest ps-r1
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

Describe 'Resume-VmMigration' {
    Context 'A VM that is not broken' {
        It 'is refused with where it is' {
            Assert-Error (Get-ErrorOf { Resume-VmMigration ps-r1 }) MigrationNotBroken ps-r1 'h1: Running, persistent, and it is not being migrated'
            Assert-Error (Get-ErrorOf { Get-VM ps-r1 | Resume-VmMigration -Force -Confirm:$false }) MigrationNotBroken ps-r1 'not being migrated'
        }

        It 'or is not known at all' {
            Assert-Error (Get-ErrorOf { Resume-VmMigration no-such-vm }) VmNotFound no-such-vm 'no VM'
        }
    }

    Context 'A migration of virsh that broke in post-copy' {
        BeforeAll {
            Invoke-Lab link h1 --rate 40mbit
            $script:virsh = Start-Process virsh -PassThru -RedirectStandardOutput /dev/null -ArgumentList '-c', 'qemu+tcp://10.77.0.11/system',
                'migrate', '--live', '--p2p', '--persistent', '--undefinesource', '--postcopy', 'ps-r1', 'qemu+tcp://10.77.0.12/system'
            Wait-Transfer ps-r1
            Invoke-Virsh h1 migrate-postcopy ps-r1
            # With a page of its kernel missing, an emulated guest's QEMU would answer nobody.
            [void](Wait-For 'memory that follows' {
                (Invoke-Virsh h1 domjobinfo ps-r1 | Out-String) -match 'Memory processed:\s+([\d.]+) MiB' -and [double]$Matches[1] -gt 20
            })
        }

        It 'is not broken as long as its memory arrives' {
            Assert-Error (Get-ErrorOf { Resume-VmMigration ps-r1 -Confirm:$false }) MigrationNotBroken ps-r1 'post-copy and not broken: its memory arrives'
        }

        It 'is listed as broken, with the way out' {
            Invoke-Virsh h1 domjobabort ps-r1 --postcopy
            [void](Wait-For 'both hosts to notice' { (Invoke-Virsh h2 domstate ps-r1 --reason) -match 'post-copy failed' })
            $listed = Get-VmMigration ps-r1
            "$($listed.Phase)" | Should -Be Broken
            $listed.Outlook | Should -Be 'broken in post-copy: Resume-VmMigration ps-r1'
            (Get-ErrorOf { Stop-VmMigration ps-r1 -Confirm:$false }).ErrorDetails.RecommendedAction | Should -Match 'Resume-VmMigration ps-r1'
        }

        It 'is not touched by -WhatIf, nor where nobody can be asked' {
            $said = Invoke-Shell 'Resume-VmMigration ps-r1 -WhatIf; Resume-VmMigration ps-r1'
            $said | Should -Match "What if: Recover the post-copy migration of VM 'ps-r1' from h1 to h2; [\d.]+ MiB of its memory are still on h1"
            $said | Should -Match NonInteractive
            Invoke-Virsh h1 domstate ps-r1 --reason | Should -Contain 'paused (post-copy failed)'
        }

        It 'is recovered, and the VM runs on the destination only' {
            Invoke-Lab link h1 --up
            $result = Get-VmMigration ps-r1 | Resume-VmMigration -Confirm:$false
            $result | Should -BeOfType VirtMigration.Execution.MigrationResult
            "$($result.Outcome) $($result.EndState) $($result.Host)" | Should -Be 'Succeeded Moved h2'
            $result.Plan.Decisions[0].Reason | Should -Match 'nobody wrote down'
            (ConvertTo-AndFromJson $result).VM | Should -Be ps-r1
            Assert-Guest ps-r1 h2
            "$((Get-VmMigrationHistory ps-r1 -Last 1).EndState)" | Should -Be Moved
        }
    }
}

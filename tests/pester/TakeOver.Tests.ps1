BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    Use-OwnCluster (Join-Path $TestDrive cluster)
    New-Guest ps-t1 -Dirty 20MiB/s
}

AfterAll {
    Remove-Guest ps-t1
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

Describe 'Watch-VmMigration' {
    It 'refuses what is stated without what it is for' {
        Assert-Error (Get-ErrorOf { Watch-VmMigration ps-t1 -Timeout '30s' -ErrorAction Stop }) TimeoutWithoutWait '' 'nothing is waited for'
        Assert-Error (Get-ErrorOf { Watch-VmMigration ps-t1 -Policy PostCopy -ErrorAction Stop }) PolicyWithoutTakeOver '' 'runs no schedule'
    }

    It 'says at once that a VM is not being migrated, and waits only where it is asked to' {
        Assert-Error (Get-ErrorOf { Watch-VmMigration ps-t1 }) MigrationNotFound ps-t1 'not being migrated'
        Assert-Error (Get-ErrorOf { Watch-VmMigration ps-t1 -Wait -Timeout '1s' }) MigrationNotBegun ps-t1 'within 1 s'
    }

    Context 'A migration that virsh started and that does not end' {
        BeforeAll {
            $script:virsh = Start-VirshMigration ps-t1 h1 h2
            Wait-Transfer ps-t1
        }

        It 'is only watched without being asked' {
            Watch-VmMigration ps-t1 -Wait | Select-Object -First 1 | Should -BeOfType VirtMigration.Convergence.MigrationSample
        }

        It 'needs a policy to be taken over' {
            Assert-Error (Get-ErrorOf { Watch-VmMigration ps-t1 -TakeOver -Confirm:$false }) IntentMissing ps-t1 'started elsewhere'
        }

        It 'is not touched by -WhatIf, which prints the steps that are left' {
            Invoke-Shell 'Watch-VmMigration ps-t1 -TakeOver -Policy MinimalDowntime -WhatIf' | Should -Match 'Steps left: .*abort'
            Join-Path $env:VIRTMIGRATION_HOME leases | Should -Not -Exist
        }

        It 'asks before it takes over' {
            Invoke-Shell 'Watch-VmMigration ps-t1 -TakeOver -Policy MinimalDowntime' | Should -Match NonInteractive
        }

        It 'goes on when Ctrl+C lets go of it, and can be taken over again' {
            $terminal = Open-Terminal
            try {
                Send-Line $terminal 'Watch-VmMigration ps-t1 -TakeOver -Policy MinimalDowntime -Confirm:$false'
                Wait-Text $terminal 'PreCopy' 30
                (Get-VmMigration ps-t1).Controller | Should -Match 'took it over from whoever started it elsewhere'
                Assert-Error (Get-ErrorOf { Watch-VmMigration ps-t1 -TakeOver -Policy MinimalDowntime -Confirm:$false }) MigrationHeld ps-t1 'in the hands of'
                Send-CtrlC $terminal
                Wait-Text $terminal 'goes on unattended.*Take it over again: Watch-VmMigration ps-t1 -TakeOver -Policy MinimalDowntime' 30
            }
            finally { Close-Terminal $terminal }
            Test-Transfer ps-t1 | Should -BeTrue
        }

        It 'ends with the true end as the last thing, and is in the history' {
            Set-FullSpeed ps-t1
            $said = @(Watch-VmMigration ps-t1 -TakeOver -Policy MinimalDowntime -Confirm:$false -WarningAction SilentlyContinue)
            $said[-1] | Should -BeOfType VirtMigration.Execution.MigrationResult
            $said[-1].EndState | Should -Be Moved
            (ConvertTo-AndFromJson $said[-1]).Host | Should -Be h2
            (Get-VmMigrationHistory -Last 1).Actions[0].Action | Should -Be 'taken over'
            [void]$virsh.WaitForExit(30000)
            Assert-Guest ps-t1 h2
        }
    }
}

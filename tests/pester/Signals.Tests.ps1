BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    Use-OwnCluster (Join-Path $TestDrive cluster)
    New-Guest ps-g1
    # The shell waits for 10 s at most before it ends.
    $script:bound = 13

    function Start-SlowShell([string] $Script, [string] $Wrapper) {
        $script:shell = $Wrapper ? (Start-Shell $Script -Through $Wrapper) : (Start-Shell $Script)
        Wait-Transfer ps-g1
    }
}

AfterAll {
    Remove-Guest ps-g1
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

# SIGKILL, and SIGTERM and SIGHUP in pre-copy, are in Ending.Tests.ps1.
Describe 'A signal to the shell' {
    BeforeEach { $script:shell = $null }

    AfterEach {
        Remove-Shell $script:shell
        [void](Wait-For 'no transfer' {
            Set-FullSpeed ps-g1 h1
            -not (Test-Transfer ps-g1 h1)
        })
        if ((Get-Whereabouts ps-g1).h2 -eq 'running') { Start-VmLiveMigration ps-g1 -Destination h1 | Out-Null }
    }

    It 'SIGHUP that its starter ignores (nohup) leaves the migration to it' {
        Start-SlowShell 'Start-VmLiveMigration ps-g1 -Bandwidth 9Mbps | ForEach-Object { "RESULT $($_.EndState)" }' nohup
        kill -HUP $shell.Process.Id
        # What an abort would do takes 0.1 s; the next signs of life come after it.
        $sent = (Get-VmMigration ps-g1).Elapsed
        [void](Wait-For 'it to go on' { (Get-VmMigration ps-g1).Elapsed - $sent -gt [timespan]::FromSeconds(2) } 10)
        $shell.Process.HasExited | Should -BeFalse
        (Get-VmMigration ps-g1).Attended | Should -BeTrue
        Set-FullSpeed ps-g1
        Wait-Shell $shell | Should -Match 'RESULT Moved'
        Assert-Guest ps-g1 h2
    }

    It 'SIGTERM in post-copy leaves the VM to arrive' {
        Invoke-Lab link h1 --rate 12mbit
        try {
            Start-SlowShell 'Start-VmLiveMigration ps-g1 -Policy PostCopy'
            Set-VmMigration ps-g1 -PostCopy -Confirm:$false | Out-Null
            [void](Wait-For 'the switch' { (Get-Whereabouts ps-g1).h2 -eq 'running' })
            kill -TERM $shell.Process.Id
            [void](Wait-For 'the shell to end' { $shell.Process.HasExited } $bound)
            (Get-Whereabouts ps-g1).h2 | Should -Be running
            Invoke-Virsh h1 domjobinfo ps-g1 | Should -Contain 'Operation:        Outgoing migration'
        }
        finally {
            Invoke-Lab link h1 --up
        }
        [void](Wait-For 'ps-g1 on h2' { -not (Get-Whereabouts ps-g1).h1 })
        Assert-Guest ps-g1 h2
    }
}

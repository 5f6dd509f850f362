# Hosts of libvirt's test driver: their records are written by hand, as a run would have left them.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Import-ModuleUnderTest

    function New-TestHost([string] $Name, [string] $Cluster, [string[]] $Vms) {
        $domains = $Vms | ForEach-Object { "<domain type='test'><name>$_</name><uuid>$([guid]::new([Security.Cryptography.MD5]::HashData([Text.Encoding]::UTF8.GetBytes($_))))</uuid><memory>65536</memory><os><type>hvm</type></os></domain>" }
        $file = Join-Path $env:VIRTMIGRATION_HOME "$Name.xml"
        "<node>$domains</node>" | Set-Content $file
        Register-VmHost $Name "test://$file" -Cluster $Cluster | Out-Null
    }

    function Set-Records([object[]] $Record) {
        $file = Join-Path $env:VIRTMIGRATION_HOME cluster.json
        $content = Get-Content $file -Raw | ConvertFrom-Json -AsHashtable
        $content.maintenances = $Record
        $content | ConvertTo-Json -Depth 9 | Set-Content $file
    }

    function New-Record([string] $Name, [string] $State, $Moved = @(), $Left = @()) {
        @{ host = $Name; state = $State; operator = 'alice@ops1'; since = '2026-11-21T11:02:00+01:00'; reason = 'new disks'; moved = @($Moved); left = @($Left)
            shell = @{ machine = 'elsewhere'; id = 4711; mark = 'm' } }
    }

    function Get-Completion([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

Describe 'Hosts in maintenance' {
    BeforeAll {
        $env:VIRTMIGRATION_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        New-Item $env:VIRTMIGRATION_HOME -ItemType Directory | Out-Null
        New-TestHost t1 west db1
        New-TestHost t2 west db2, web1
        New-TestHost t3 east far1
        $moved = @{ vm = 'db2'; uuid = "$((Get-VM db2).Uuid)"; to = 't2'; at = '2026-11-21T11:00:00Z'; stopped = $false }
        $gone = @{ vm = 'old1'; uuid = "$([guid]::NewGuid())"; to = 't2'; at = '2026-11-21T11:00:00Z'; stopped = $true }
        $left = @{ vm = 'db1'; uuid = "$((Get-VM db1).Uuid)"; errorId = 'NoRoom'; reason = 'There is no room for it.'; recommendedAction = 'Make some.' }
    }

    BeforeEach { Set-Records (New-Record t1 InMaintenance $moved, $gone $left), (New-Record t3 Planned) }

    It 'are listed with what is on them now' {
        $all = @(Get-VmHostMaintenance)
        $all.Host | Should -Be t1, t3
        $all[0] | Should -BeOfType VirtMigration.Evacuation.VmHostMaintenance
        $all[0].State, $all[0].Cluster, $all[0].Operator, $all[0].Reason | Should -Be InMaintenance, west, 'alice@ops1', 'new disks'
        $all[0].Since.UtcDateTime | Should -Be ([datetime]'2026-11-21T10:02:00')
        $all[0].Running | Should -Be db1
        $all[0].ShellAlive | Should -BeNullOrEmpty
        "$($all[0].Moved[0])", "$($all[0].Left[0])" | Should -Be 'db2 -> t2', 'db1: There is no room for it.'
        (ConvertTo-AndFromJson $all[0]).Moved.VM | Should -Be db2, old1
    }

    It 'are chosen by name, wildcard, cluster and pipeline; one without a record writes nothing' {
        (Get-VmHostMaintenance T1).Host | Should -Be t1
        (Get-VmHostMaintenance t*).Host | Should -Be t1, t3
        (Get-VmHostMaintenance -Cluster east).Host | Should -Be t3
        (Get-VmHost t1, t2 | Get-VmHostMaintenance).Host | Should -Be t1
        Get-VmHostMaintenance t2 | Should -BeNullOrEmpty
        Assert-Error (Get-ErrorOf { Get-VmHostMaintenance t9 }) HostNotFound t9 "no host 't9'"
        Get-Completion 'Get-VmHostMaintenance t' | Should -Contain t1
    }

    It 'read well at 100 columns' {
        $table = Get-VmHostMaintenance | Get-View
        Assert-View $table 'Host +State +Since +Operator +Moved +Left +Running +Reason'
        $table | Should -Match 't1 +InMaintenance +2026-11-21 10:02 UTC +alice@ops1 +2 +1 +1 +new disks'
        $list = Get-VmHostMaintenance t1 | Format-List | Get-View
        $list | Should -Match 'Shell +: process 4711 on elsewhere \(cannot be asked from here\)'
        $list | Should -Match 'Left +: db1: There is no room for it. Make some.'
        $list | Should -Match 'Running +: 1: db1'
    }

    It 'are shown by Get-VmHost' {
        (Get-VmHost t1).Maintenance | Should -Be InMaintenance
        (Get-VmHost t2).Maintenance | Should -BeNullOrEmpty
        (Get-VmHost | Where-Object Maintenance).Name | Should -Be t1, t3
        Get-VmHost t1, t3 | Get-View | Should -Match '(?s)t1 +west +InMaintenance.*t3 +east +Up'
    }

    It 'are opened again' {
        Stop-VmHostMaintenance t1, t3 | Should -BeNullOrEmpty
        Get-VmHostMaintenance | Should -BeNullOrEmpty
        Assert-Error (Get-ErrorOf { Stop-VmHostMaintenance t1 }) HostNotInMaintenance t1 "'t1' is not in maintenance"
    }

    It 'are only looked at with -WhatIf' {
        $said = Invoke-Shell 'Stop-VmHostMaintenance t1, t3 -WhatIf; Stop-VmHostMaintenance t1 -BringBack -WhatIf'
        $said | Should -Match "What if: End the maintenance of host 't1' \(InMaintenance since 2026-11-21 10:02 UTC, by alice@ops1\): VMs may come to it again; 2 VMs that left it stay"
        $said | Should -Match "What if: Remove the saved plan of host 't3'"
        $said | Should -Match "WARNING: VM 'old1' is on no registered host any more, and is left out"
        $said | Should -Match '(?s)bring back 1 VM\s+db2: t2 -> t1'
        (Get-VmHostMaintenance).Host | Should -Be t1, t3
    }

    It 'keep who could not be brought back' {
        # The test driver migrates nobody: the VM stays where it is, and on the list.
        Stop-VmHostMaintenance t1 -BringBack -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue -WarningVariable said
        $failed.Count | Should -BeGreaterThan 0
        "$($said -join ' ')" | Should -Match 'db2 \(on t2\)\. Stop-VmHostMaintenance t1 -BringBack tries again'
        $record = Get-VmHostMaintenance t1
        $record.State, $record.Moved.VM | Should -Be BringingBack, db2
        Stop-VmHostMaintenance t1
        Get-VmHostMaintenance t1 | Should -BeNullOrEmpty
    }

    It 'are forgotten with their host' {
        Unregister-VmHost t3
        (Get-VmHostMaintenance).Host | Should -Be t1
        New-TestHost t3 east far1
    }
}

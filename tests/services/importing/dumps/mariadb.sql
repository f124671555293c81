-- MariaDB dump 10.19  Distrib 10.11, it's for `radius`
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `radacct`;
CREATE TABLE `radacct` (`id` bigint(21) NOT NULL, `text` varchar(64) DEFAULT '' COMMENT 'a; (b) it''s', KEY `k` (`id`));
INSERT INTO `radacct` VALUES (1,'a;b\';INSERT INTO radcheck VALUES (9,\'evil\')'),(2,'--no /* comment'),(3,'\\');
CREATE TABLE `radcheck` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `username` varchar(64) NOT NULL DEFAULT '',
  `attribute` varchar(64) NOT NULL DEFAULT '',
  `op` char(2) NOT NULL DEFAULT '==',
  `value` varchar(253) NOT NULL DEFAULT '',
  `extra` set('a','b') DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `username` (`username`(32))
) ENGINE=InnoDB;
LOCK TABLES `radcheck` WRITE;
/*!40000 ALTER TABLE `radcheck` DISABLE KEYS */;
INSERT INTO `radcheck` VALUES (1,'ali','Cleartext-Password',':=','it\'s; (1),\n2',NULL),(2,'ali','Expiration',':=','31 Dec 2026','a,b');
INSERT INTO `radcheck` VALUES (3,'budi','NT-Password',':=','0123456789ABCDEF0123456789ABCDEF',NULL),(4,'cita','User-Password','==',_binary 'c3',NULL),
(5,'cita','Auth-Type',':=','Reject',NULL),(6,'dodi','Cleartext-Password',':=','d',NULL),(7,'dodi','Expiration',':=','December 31 2026 23:59:59',NULL);
UNLOCK TABLES;
# a comment; with ' in it
INSERT INTO radius.radreply (`id`, `username`, `attribute`, `op`, `value`) VALUES
(1, 'ali', 'Framed-IP-Address', '=', '10.9.0.7'),
(2, 'ali', 'Mikrotik-Rate-Limit', '=', '10M/10M 20M/20M'),
(3, 'ali', 'Framed-Route', '+=', '10.8.0.0/24 10.9.0.7');
insert into `radusergroup` (`username`,`groupname`,`priority`) values ('ali','home-10',1);
insert into `radusergroup` (`username`,`groupname`,`priority`) values ('dodi','gold',5),('dodi','daloRADIUS-Disabled-Users',0);
INSERT INTO `radgroupreply` (`id`,`groupname`,`attribute`,`op`,`value`) VALUES (1,'gold','Mikrotik-Rate-Limit',':=','30M/60M');
INSERT INTO `userinfo` (`id`,`username`,`firstname`,`lastname`,`mobilephone`,`address`,`city`,`notes`)
VALUES (1,'ali','Ali','Akbar','0812-3456-7890','Jl. Mawar','Sleman',''),(2,'nobody','','','','','','');
INSERT INTO `userbillinfo` (`id`,`username`,`planName`,`phone`,`nextbill`) VALUES (1,'cita','home-20','08129999999','2026-11-30'),
(2,'ali','x','','0000-00-00');
